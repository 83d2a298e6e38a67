import type { Resource } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import type { Agent, ExecutorRecord, Framework, TaskRecord } from "../model";
import { Resources } from "../resources/resources";

/** What uses resources, or may. */
export type Holder = Pick<TaskRecord, "role" | "resources">;

/** Resources in use by role, with the role they are allocated to: the `…_full` and v1 forms. */
export function allocatedList(records: Iterable<Holder>): Resource[] {
  const byRole = new Map<string, Resources[]>();
  for (const { role, resources } of records) {
    const list = byRole.get(role) ?? [];
    list.push(resources);
    byRole.set(role, list);
  }
  return [...byRole].flatMap(([role, list]) => Resources.sum(list).toList({ spelling: "both", allocation: role }));
}

/** The tasks and executors whose resources count as used on an agent. */
export function holders({ tasks, executors }: Agent): Holder[] {
  return [...[...tasks.values()].filter(({ holdsResources }) => holdsResources), ...executors.values()];
}

/** The same of a framework, all over the cluster. */
export function holdersOf(cluster: Cluster, { id, tasks }: Framework): Holder[] {
  return [...[...tasks.values()].filter(({ holdsResources }) => holdsResources), ...executorsOf(cluster, id)];
}

/** The default executors of a framework with the agents they run on. */
export function executorsOf({ agents }: Cluster, frameworkId: string): (ExecutorRecord & { agentId: string })[] {
  return [...agents.values()].flatMap((agent) =>
    [...agent.executors.values()]
      .filter((executor) => executor.frameworkId === frameworkId)
      .map((executor) => ({ ...executor, agentId: agent.id })),
  );
}

export function sumOf(holders: Iterable<Holder>): Resources {
  return Resources.sum([...holders].map(({ resources }) => resources));
}
