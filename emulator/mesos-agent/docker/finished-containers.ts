import type { Logger } from "@drover/lib/log";
import { WORK_DIR_LABEL } from "./create-options";
import type { DockerEngine } from "./engine";

/** Ends and removes what this agent has left on the Docker daemon. Others' containers carry another work directory. */
export class FinishedContainers {
  /** When each container that has ended did so, in milliseconds: asked once. */
  private readonly endedAtMs = new Map<string, number>();

  constructor(
    private readonly engine: DockerEngine,
    private readonly workDir: string,
    private readonly log: Logger,
  ) {}

  /** Kills and removes containers that no task knows (flag docker_kill_orphans). */
  async removeOrphans(known: ReadonlySet<string>): Promise<void> {
    for (const status of ["running", "created", "paused"]) {
      for (const name of await this.engine.namesByLabel(WORK_DIR_LABEL, this.workDir, status)) {
        if (!known.has(name)) {
          this.log.warn({ container: name }, "removing a container that belongs to no task");
          await this.engine.remove(name);
        }
      }
    }
  }

  /** Removes containers that ended at least `delayMs` ago (flag docker_remove_delay). */
  async sweep(delayMs: number): Promise<void> {
    const names = await this.engine.namesByLabel(WORK_DIR_LABEL, this.workDir, "exited");
    for (const gone of [...this.endedAtMs.keys()].filter((name) => !names.includes(name))) {
      this.endedAtMs.delete(gone);
    }
    for (const name of names) {
      const endedAtMs = this.endedAtMs.get(name) ?? (await this.askEnd(name));
      if (Date.now() - endedAtMs >= delayMs) {
        await this.engine.remove(name);
      }
    }
  }

  private async askEnd(name: string): Promise<number> {
    const inspect = await this.engine.inspect(name);
    const endedAtMs = Date.parse(inspect?.State.FinishedAt ?? "") || 0;
    this.endedAtMs.set(name, endedAtMs);
    return endedAtMs;
  }
}
