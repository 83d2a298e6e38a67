import type { AppDefinition } from "@drover/lib/marathon/types";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";

/** The definitions that running tasks were started from: an old task keeps its old checks and ports. */
export class Definitions {
  private readonly byConfig = new Map<string, Map<string, AppDefinition>>();

  /** To be called with every definition that tasks are, or may be, started from. */
  add(app: AppDefinition): void {
    const known = this.byConfig.get(app.id) ?? new Map<string, AppDefinition>();
    this.byConfig.set(app.id, known.set(configVersion(app), app));
  }

  of(instance: Instance): AppDefinition | undefined {
    return this.byConfig.get(instance.appId)?.get(instance.configVersion);
  }

  /** Forgets the app's definitions that nothing runs any more. */
  prune(appId: string, current: AppDefinition | undefined, running: readonly Instance[]): void {
    const used = new Set(running.map((instance) => instance.configVersion));
    if (current) used.add(configVersion(current));
    const known = this.byConfig.get(appId) ?? new Map<string, AppDefinition>();
    for (const version of known.keys()) if (!used.has(version)) known.delete(version);
    if (known.size === 0) this.byConfig.delete(appId);
  }
}
