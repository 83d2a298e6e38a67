import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderHostsMap, renderRoutes } from "../routes/render";
import type { AppRoutes } from "../routes/types";

const CURRENT = "current";
const SERVER_STATE = "server-state";
/** What HAProxy takes for a file of no servers: the number of its format. */
const NO_SERVER_STATE = "1\n";

/**
 * The directory that HAProxy reads: every set of files has a folder of its own, named after its content, and the link
 * `current` changes from one to the next at once.
 */
export class RouteFiles {
  constructor(private readonly dir: string) {}

  /** Makes sure that HAProxy can start: with the last set there is, else with an empty one. */
  async prepare(): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const state = join(this.dir, SERVER_STATE);
    if (!existsSync(state)) await writeFile(state, NO_SERVER_STATE);
    if ((await this.current()) === undefined) await this.select(await this.write([]));
  }

  /** Name of the current set. */
  async current(): Promise<string | undefined> {
    return readlink(join(this.dir, CURRENT)).catch(() => undefined);
  }

  /** Writes a set beside the current one and returns its name. */
  async write(apps: readonly AppRoutes[]): Promise<string> {
    const routes = renderRoutes(apps);
    const hosts = renderHostsMap(apps);
    const set = `set-${createHash("sha256").update(routes).update("\0").update(hosts).digest("hex").slice(0, 16)}`;
    await mkdir(join(this.dir, set), { recursive: true });
    await writeFile(join(this.dir, set, "routes.cfg"), routes);
    await writeFile(join(this.dir, set, "hosts.map"), hosts);
    return set;
  }

  /** Path of a set's part of the configuration. */
  configPath(set: string): string {
    return join(this.dir, set, "routes.cfg");
  }

  /** Makes a set the current one and removes all others but the one it replaces. */
  async select(set: string): Promise<void> {
    const former = await this.current();
    const link = join(this.dir, `${CURRENT}.new`);
    await rm(link, { force: true });
    await symlink(set, link);
    await rename(link, join(this.dir, CURRENT));
    for (const name of await readdir(this.dir)) {
      if (name.startsWith("set-") && name !== set && name !== former)
        await rm(join(this.dir, name), { recursive: true });
    }
  }

  /** Keeps the servers' health for the worker to come. */
  async saveServerState(state: string): Promise<void> {
    const path = join(this.dir, SERVER_STATE);
    await writeFile(`${path}.new`, `${state}\n`);
    await rename(`${path}.new`, path);
  }
}
