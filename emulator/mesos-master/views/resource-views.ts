import type { Resource } from "@drover/lib/mesos/types";
import type { Agent, Framework, TaskRecord } from "../cluster";
import { Resources } from "../resources";

/** Resources in use by role, with the role they are allocated to: the `…_full` and v1 forms. */
export function allocatedList(records: Iterable<Pick<TaskRecord, "role" | "resources">>): Resource[] {
  const byRole = new Map<string, Resources[]>();
  for (const { role, resources } of records) {
    const list = byRole.get(role) ?? [];
    list.push(resources);
    byRole.set(role, list);
  }
  return [...byRole].flatMap(([role, list]) => Resources.sum(list).toList({ role: "*", allocation: role }));
}

/** The tasks whose resources count as used. */
export function holders(owner: Agent | Framework): TaskRecord[] {
  return [...owner.tasks.values()].filter(({ holdsResources }) => holdsResources);
}

export function usedBy(owner: Agent | Framework): Resources {
  return Resources.sum(holders(owner).map(({ resources }) => resources));
}

export function offeredTo(owner: Agent | Framework): Resources {
  return Resources.sum([...owner.offers].map(({ resources }) => resources));
}
