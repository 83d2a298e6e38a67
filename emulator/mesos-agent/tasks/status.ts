import { randomBytes } from "node:crypto";
import { type ContainerStatus, isTerminal, type TaskState, type TaskStatus } from "@drover/lib/mesos/types";
import type { RunId } from "../checkpoint/paths";
import type { Run } from "../container";

type ContainerId = NonNullable<ContainerStatus["container_id"]>;

/** Who an agent is in the statuses of its tasks. */
export interface StatusOrigin {
  agentId: string;
  agentAddress: string;
}

/** What a status says beyond its state. */
export type StatusDetails = Pick<TaskStatus, "message" | "reason" | "data" | "healthy" | "check_status"> & {
  /** The container's own address; the agent's when it has none. */
  address?: string;
  pid?: number;
};

/** A status as executors send it: with the container's identity, addresses and process. */
export function executorStatus(run: Run, origin: StatusOrigin, state: TaskState, details: StatusDetails): TaskStatus {
  const { address, pid, ...said } = details;
  // The container of a group's task has gone when its end is told; a command's executor is still there.
  const isThere = run.pod === undefined || !isTerminal(state);
  return {
    ...base(run, origin, state),
    executor_id: { value: run.executorId },
    source: "SOURCE_EXECUTOR",
    ...said,
    container_status: {
      container_id: containerIdOf(run),
      ...(isThere && {
        network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: address ?? origin.agentAddress }] }],
        ...(pid !== undefined && { executor_pid: pid }),
      }),
    },
  };
}

/** A container's id with that of the container it is nested in. */
export function containerIdOf({ containerId, parentId }: RunId): ContainerId {
  return { value: containerId, ...(parentId !== undefined && { parent: { value: parentId } }) };
}

/** A status the agent makes itself, when there is no container (any more). */
export function agentStatus(
  run: Run,
  origin: StatusOrigin,
  state: TaskState,
  said: Pick<TaskStatus, "message" | "reason">,
): TaskStatus {
  // No executor has ever been made for a task that is dropped.
  const executor = state === "TASK_DROPPED" ? {} : { executor_id: { value: run.executorId } };
  return { ...base(run, origin, state), ...executor, source: "SOURCE_AGENT", ...said };
}

function base(run: Run, { agentId }: StatusOrigin, state: TaskState) {
  return {
    task_id: { value: run.task.task_id.value },
    state,
    agent_id: { value: agentId },
    timestamp: Date.now() / 1000,
    uuid: randomBytes(16).toString("base64"),
  };
}
