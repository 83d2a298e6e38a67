import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import type { RunSpec } from "../model/run-spec";

/** The definitions that running tasks were started from: an old task keeps its old checks and ports. */
export class Definitions {
  private readonly byConfig = new Map<string, Map<string, RunSpec>>();

  /** To be called with every definition that tasks are, or may be, started from. */
  add(app: RunSpec): void {
    const known = this.byConfig.get(app.id) ?? new Map<string, RunSpec>();
    this.byConfig.set(app.id, known.set(configVersion(app), app));
  }

  of(instance: Instance): RunSpec | undefined {
    return this.byConfig.get(instance.appId)?.get(instance.configVersion);
  }

  /** Forgets the app's definitions that nothing runs any more. */
  prune(appId: string, current: RunSpec | undefined, running: readonly Instance[]): void {
    const used = new Set(running.map((instance) => instance.configVersion));
    if (current) used.add(configVersion(current));
    const known = this.byConfig.get(appId) ?? new Map<string, RunSpec>();
    for (const version of known.keys()) if (!used.has(version)) known.delete(version);
    if (known.size === 0) this.byConfig.delete(appId);
  }
}
