import { isDeepStrictEqual } from "node:util";
import { isWithin } from "../model/path-id";
import { type GroupInfo, type Root, withAncestors, withoutSpec, withSpec } from "../model/root";
import type { HistoryRecord } from "../state/history";
import type { AppChange } from "./plan";

/**
 * The state without what a deployment changes. Its apps become what they were; of its groups those that nobody has
 * changed since, and none goes that others have put something in.
 */
export function rolledBack(root: Root, changes: readonly AppChange[], groupChanges: HistoryRecord["groups"]): Root {
  const own = groupChanges.filter(({ id, to }) => isDeepStrictEqual(root.groups.get(id), to));
  const restored = own.flatMap(({ from }) => from ?? []);
  const created = own.flatMap(({ id, from }) => (from ? [] : id));
  const groups = restored.reduce(withGroup, root.groups);
  const innermostFirst = created.sort((a, b) => b.length - a.length);
  return innermostFirst.reduce(withoutEmptyGroup, changes.reduce(withoutChange, { ...root, groups }));
}

/** The definition of before comes back as it was, so tasks that still run it are up to date again. */
function withoutChange(root: Root, { id, from }: AppChange): Root {
  return from ? withSpec(root, from) : withoutSpec(root, id);
}

function withGroup(groups: Root["groups"], group: GroupInfo): Root["groups"] {
  return new Map(withAncestors(groups, group.id, group.version)).set(group.id, group);
}

function withoutEmptyGroup(root: Root, id: string): Root {
  const others = [...root.specs.keys(), ...root.groups.keys()].filter((each) => each !== id);
  if (others.some((each) => isWithin(each, id))) return root;
  return { ...root, groups: new Map([...root.groups].filter(([each]) => each !== id)) };
}
