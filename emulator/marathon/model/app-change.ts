import { isDeepStrictEqual } from "node:util";
import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Unversioned } from "./app-definition";

/**
 * Gives a changed app its version. A change of nothing but the number of instances leaves the running tasks up to
 * date; any other change makes them old.
 * @returns the app as it was when nothing changed
 */
export function withVersion(app: Unversioned, previous: AppDefinition | undefined, version: string): AppDefinition {
  if (previous === undefined) return { ...app, version };
  if (!isConfigChange(app, previous)) {
    if (app.instances === previous.instances) return previous;
    const lastConfigChangeAt = configVersion(previous);
    return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
  }
  return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt: version } };
}

/** The same app, but its tasks of now are old: what a restart means. */
export function restarted(app: AppDefinition, version: string): AppDefinition {
  return { ...app, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt: version } };
}

/** The version since which a task of this app is up to date. */
export function configVersion(app: AppDefinition): string {
  return app.versionInfo?.lastConfigChangeAt ?? app.version;
}

export function isConfigChange(app: Unversioned | AppDefinition, previous: AppDefinition): boolean {
  return !isDeepStrictEqual(bare(app), bare(previous));
}

function bare(app: Unversioned | AppDefinition): unknown {
  const { version: _version, versionInfo: _info, instances: _instances, ...config } = app as AppDefinition;
  return config;
}
