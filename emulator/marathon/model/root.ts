import type { AppDefinition } from "@drover/lib/marathon/types";
import { ancestorsOf, isWithin } from "./path-id";

/** What a group has of its own; its apps are found by their ids. */
export interface GroupInfo {
  id: string;
  dependencies: string[];
  version: string;
}

/** All apps and groups that are wanted. Never changed in place. */
export interface Root {
  apps: ReadonlyMap<string, AppDefinition>;
  groups: ReadonlyMap<string, GroupInfo>;
}

export function emptyRoot(version: string): Root {
  return { apps: new Map(), groups: new Map([["/", newGroup("/", version)]]) };
}

export function newGroup(id: string, version: string): GroupInfo {
  return { id, dependencies: [], version };
}

/** Adds or replaces an app; the groups above it come into being with it. */
export function withApp(root: Root, app: AppDefinition): Root {
  const apps = new Map(root.apps).set(app.id, app);
  return { apps, groups: withAncestors(root.groups, app.id, app.version) };
}

export function withoutApp(root: Root, id: string): Root {
  const apps = new Map(root.apps);
  apps.delete(id);
  return { ...root, apps };
}

export function withGroup(root: Root, group: GroupInfo): Root {
  const groups = new Map(withAncestors(root.groups, group.id, group.version)).set(group.id, group);
  return { ...root, groups };
}

/** Removes a group with everything in it; of the root group only what is in it. */
export function withoutGroup(root: Root, id: string): Root {
  const stays = ([each]: [string, unknown]) => !isWithin(each, id) || each === "/";
  return { apps: new Map([...root.apps].filter(stays)), groups: new Map([...root.groups].filter(stays)) };
}

export function appsWithin(root: Root, group: string): AppDefinition[] {
  return [...root.apps.values()].filter((app) => isWithin(app.id, group));
}

/** The groups with those above an app or group that were not there. */
export function withAncestors(
  groups: ReadonlyMap<string, GroupInfo>,
  id: string,
  version: string,
): ReadonlyMap<string, GroupInfo> {
  const missing = ancestorsOf(id).filter((ancestor) => !groups.has(ancestor));
  if (missing.length === 0) return groups;
  return new Map([...groups, ...missing.map((each): [string, GroupInfo] => [each, newGroup(each, version)])]);
}
