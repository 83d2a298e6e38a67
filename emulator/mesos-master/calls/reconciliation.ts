import type { TaskStatus } from "@drover/lib/mesos/types";
import type { Cluster } from "../cluster";
import { latestStatus, masterStatus } from "../frameworks/task-updates";
import type { Framework } from "../model";

/**
 * The answer to the question what has become of a task; undefined while an agent that may have it is still awaited
 * after a failover: the framework asks again later.
 */
export function reconcileTask(
  cluster: Cluster,
  framework: Framework,
  taskId: string,
  agentId: string | undefined,
): TaskStatus | undefined {
  const record = framework.tasks.get(taskId);
  if (record) {
    return latestStatus(record, "REASON_RECONCILIATION", "Reconciliation: Latest task state");
  }
  const answer = { taskId, agentId, reason: "REASON_RECONCILIATION" } as const;
  const unknown = () =>
    masterStatus(framework, { ...answer, state: "TASK_UNKNOWN", message: "Reconciliation: Task is unknown" });
  if (agentId === undefined) {
    return cluster.recoveredAgents.size > 0 ? undefined : unknown();
  }
  if (cluster.recoveredAgents.has(agentId)) {
    return undefined;
  }
  if (cluster.agents.has(agentId)) {
    const message = "Reconciliation: Task is unknown to the agent";
    return masterStatus(framework, { ...answer, state: "TASK_GONE", message });
  }
  const unreachable = cluster.unreachableAgents.get(agentId);
  if (unreachable) {
    const message = "Reconciliation: Task is unreachable";
    const unreachableSeconds = unreachable.sinceSeconds;
    return masterStatus(framework, { ...answer, state: "TASK_UNREACHABLE", message, unreachableSeconds });
  }
  if (cluster.goneAgents.has(agentId)) {
    return masterStatus(framework, {
      ...answer,
      state: "TASK_GONE_BY_OPERATOR",
      message: "Reconciliation: Task is gone",
    });
  }
  return unknown();
}

/** One status for every task that is known and not unreachable. */
export function reconcileAll(framework: Framework): TaskStatus[] {
  return [...framework.tasks.values()].map((record) =>
    latestStatus(record, "REASON_RECONCILIATION", "Reconciliation: Latest task state"),
  );
}
