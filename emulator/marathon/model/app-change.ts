import { isDeepStrictEqual } from "node:util";
import type { RunSpec, Unversioned } from "./run-spec";

/**
 * Gives a changed app or pod its version. A change of nothing but the number of instances leaves the running tasks up
 * to date; any other change makes them old.
 * @returns the definition as it was when nothing changed
 */
export function withVersion(spec: Unversioned, previous: RunSpec | undefined, version: string): RunSpec {
  if (previous === undefined) return { ...spec, version };
  if (!isConfigChange(spec, previous)) {
    if (spec.instances === previous.instances) return previous;
    const lastConfigChangeAt = configVersion(previous);
    return { ...spec, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt } };
  }
  return { ...spec, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt: version } };
}

/** The same, but its tasks of now are old: what a restart means. */
export function restarted<T extends RunSpec>(spec: T, version: string): T {
  return { ...spec, version, versionInfo: { lastScalingAt: version, lastConfigChangeAt: version } };
}

/** The version since which a task of this app or pod is up to date. */
export function configVersion(spec: RunSpec): string {
  return spec.versionInfo?.lastConfigChangeAt ?? spec.version;
}

export function isConfigChange(spec: Unversioned, previous: RunSpec): boolean {
  return !isDeepStrictEqual(bare(spec), bare(previous));
}

function bare(spec: Unversioned): unknown {
  const { version: _version, versionInfo: _info, instances: _instances, ...config } = spec as RunSpec;
  return config;
}
