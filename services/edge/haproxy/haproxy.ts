import { frontendName } from "../routes/render";
import type { AppRoutes, Problem } from "../routes/types";
import { AppSieve } from "./app-sieve";
import type { ConfigCheck } from "./config-check";
import { isPortFree } from "./free-ports";
import type { MasterSocket } from "./master-socket";
import type { RouteFiles } from "./route-files";
import { addCommands, type RuntimeChanges, runtimeChanges } from "./runtime-changes";

export interface Applied {
  /** What had to be done: nothing, servers changed at run time, or a reload. */
  by: "nothing" | "runtime" | "reload";
  problems: Problem[];
}

/** The HAProxy beside this edge: brings it to a set of routes with as little disturbance as the change allows. */
export class Haproxy {
  private applied: AppRoutes[] | undefined;
  private readonly sieve: AppSieve;
  /** Servers in maintenance that still had connections when they were to be removed. */
  private leaving = new Set<string>();

  constructor(
    private readonly files: RouteFiles,
    private readonly master: MasterSocket,
    check: ConfigCheck,
  ) {
    this.sieve = new AppSieve(async (apps) => check(this.files.configPath(await this.files.write(apps))));
  }

  /** @throws Error when HAProxy cannot be brought there; the files then hold what it runs with */
  async apply(wanted: readonly AppRoutes[]): Promise<Applied> {
    const free = await this.withoutTakenPorts(wanted);
    const known = this.sieve.known(free.apps);
    const changes = this.applied && runtimeChanges(this.applied, known.apps);
    if (changes !== undefined) {
      const by = await this.applyAtRunTime(changes, known.apps);
      return { by, problems: [...free.problems, ...known.problems] };
    }
    const { apps, problems } = await this.sieve.sieve(free.apps);
    await this.reload(apps);
    return { by: "reload", problems: [...free.problems, ...problems] };
  }

  private async applyAtRunTime(changes: RuntimeChanges, apps: AppRoutes[]): Promise<Applied["by"]> {
    if (changes.added.length === 0 && changes.removed.length === 0) {
      await this.removeLeaving();
      return "nothing";
    }
    try {
      for (const added of changes.added) {
        for (const { command, answer } of addCommands(added)) await this.expect(command, answer);
      }
      for (const id of changes.removed) {
        await this.expect(`disable server ${id}`, "");
        this.leaving.add(id);
      }
      await this.removeLeaving();
    } catch {
      // For instance an algorithm that takes no servers at run time: the file says it all, and a reload reads it.
      await this.reload(apps);
      return "reload";
    }
    await this.files.select(await this.files.write(apps));
    this.applied = apps;
    return "runtime";
  }

  private async expect(command: string, answer: string): Promise<void> {
    const given = await this.master.worker(command);
    if (given !== answer) throw new Error(`HAProxy answered '${command}' with: ${given}`);
  }

  /** A server goes once its last connection has ended; a reload ends the matter as well. */
  private async removeLeaving(): Promise<void> {
    for (const id of this.leaving) {
      if ((await this.master.worker(`del server ${id}`)) === "Server deleted.") this.leaving.delete(id);
    }
  }

  /** When the reload fails the former files come back, so that a restart of HAProxy finds what it ran with. */
  private async reload(apps: AppRoutes[]): Promise<void> {
    const former = await this.files.current();
    const set = await this.files.write(apps);
    this.applied = undefined;
    await this.files.saveServerState(await this.master.worker("show servers state"));
    await this.files.select(set);
    try {
      await this.master.reload();
    } catch (error) {
      if (former !== undefined) await this.files.select(former);
      throw error;
    }
    this.applied = apps;
    this.leaving.clear();
  }

  /** A port that another program holds would make the whole reload fail, and `haproxy -c` does not see it. */
  private async withoutTakenPorts(wanted: readonly AppRoutes[]): Promise<{ apps: AppRoutes[]; problems: Problem[] }> {
    const own = await this.master.frontends();
    const problems: Problem[] = [];
    const apps: AppRoutes[] = [];
    for (const app of wanted) {
      const ports: AppRoutes["ports"] = [];
      for (const route of app.ports) {
        if (own.has(frontendName(route.port)) || (await isPortFree(route.port))) ports.push(route);
        else {
          const message = `service port ${route.port} is not proxied: another program listens on it`;
          problems.push({ appId: app.appId, message });
        }
      }
      apps.push({ ...app, ports });
    }
    return { apps, problems };
  }
}
