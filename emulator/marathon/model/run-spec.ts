import type { Pod } from "@drover/lib/marathon/pod-types";
import type { AppDefinition } from "@drover/lib/marathon/types";

/** What apps and pods have in common: how many, where, how they are replaced. */
export type Scheduling = Pick<
  AppDefinition,
  | "id"
  | "version"
  | "versionInfo"
  | "instances"
  | "role"
  | "dependencies"
  | "constraints"
  | "acceptedResourceRoles"
  | "backoffSeconds"
  | "backoffFactor"
  | "maxLaunchDelaySeconds"
  | "upgradeStrategy"
  | "unreachableStrategy"
  | "killSelection"
  | "healthChecks"
  | "readinessChecks"
>;

/** A pod as it is kept. Its health checks are those of its containers, in their order. */
export interface PodSpec extends Scheduling {
  pod: Pick<Pod, "labels" | "user" | "environment" | "containers" | "volumes" | "networks" | "executorResources">;
}

/** What Marathon runs: an app or a pod. */
export type RunSpec = AppDefinition | PodSpec;

/** Without the version, which only a deployment gives. */
export type UnversionedApp = Omit<AppDefinition, "version" | "versionInfo">;
export type UnversionedPod = Omit<PodSpec, "version" | "versionInfo">;
export type Unversioned = UnversionedApp | UnversionedPod;

export function isPod(spec: RunSpec): spec is PodSpec;
export function isPod(spec: Unversioned): spec is UnversionedPod;
export function isPod(spec: Unversioned): boolean {
  return "pod" in spec;
}

/** The definition without what its deployment gave it, to be deployed anew. */
export function unversioned(spec: AppDefinition): UnversionedApp;
export function unversioned(spec: RunSpec): Unversioned;
export function unversioned(spec: RunSpec): Unversioned {
  const { version: _version, versionInfo: _info, ...definition } = spec;
  return definition;
}
