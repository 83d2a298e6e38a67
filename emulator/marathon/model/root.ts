import type { AppDefinition } from "@drover/lib/marathon/types";
import { ancestorsOf, isWithin } from "./path-id";
import { isPod, type PodSpec, type RunSpec } from "./run-spec";

/** What a group has of its own; its apps and pods are found by their ids. */
export interface GroupInfo {
  id: string;
  dependencies: string[];
  version: string;
}

/** All apps, pods and groups that are wanted. Never changed in place. */
export interface Root {
  specs: ReadonlyMap<string, RunSpec>;
  groups: ReadonlyMap<string, GroupInfo>;
}

export function emptyRoot(version: string): Root {
  return { specs: new Map(), groups: new Map([["/", newGroup("/", version)]]) };
}

export function newGroup(id: string, version: string): GroupInfo {
  return { id, dependencies: [], version };
}

/** Adds or replaces an app or pod; the groups above it come into being with it. */
export function withSpec(root: Root, spec: RunSpec): Root {
  const specs = new Map(root.specs).set(spec.id, spec);
  return { specs, groups: withAncestors(root.groups, spec.id, spec.version) };
}

export function withoutSpec(root: Root, id: string): Root {
  const specs = new Map(root.specs);
  specs.delete(id);
  return { ...root, specs };
}

/** Removes a group with everything in it; of the root group only what is in it. */
export function withoutGroup(root: Root, id: string): Root {
  const stays = ([each]: [string, unknown]) => !isWithin(each, id) || each === "/";
  return { specs: new Map([...root.specs].filter(stays)), groups: new Map([...root.groups].filter(stays)) };
}

export function appOf({ specs }: Root, id: string): AppDefinition | undefined {
  const spec = specs.get(id);
  return spec && !isPod(spec) ? spec : undefined;
}

export function podOf({ specs }: Root, id: string): PodSpec | undefined {
  const spec = specs.get(id);
  return spec && isPod(spec) ? spec : undefined;
}

export function appsOf({ specs }: Root): AppDefinition[] {
  return [...specs.values()].filter((spec): spec is AppDefinition => !isPod(spec));
}

export function podsOf({ specs }: Root): PodSpec[] {
  return [...specs.values()].filter((spec): spec is PodSpec => isPod(spec));
}

export function appsWithin(root: Root, group: string): AppDefinition[] {
  return appsOf(root).filter((app) => isWithin(app.id, group));
}

/** The groups with those above an app, pod or group that were not there. */
export function withAncestors(
  groups: ReadonlyMap<string, GroupInfo>,
  id: string,
  version: string,
): ReadonlyMap<string, GroupInfo> {
  const missing = ancestorsOf(id).filter((ancestor) => !groups.has(ancestor));
  if (missing.length === 0) return groups;
  return new Map([...groups, ...missing.map((each): [string, GroupInfo] => [each, newGroup(each, version)])]);
}
