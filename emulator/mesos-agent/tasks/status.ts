import { randomBytes } from "node:crypto";
import type { TaskState, TaskStatus } from "@drover/lib/mesos/types";
import type { Run } from "../container";

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
  return {
    ...base(run, origin, state),
    source: "SOURCE_EXECUTOR",
    ...said,
    container_status: {
      container_id: { value: run.containerId },
      network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: address ?? origin.agentAddress }] }],
      ...(pid !== undefined && { executor_pid: pid }),
    },
  };
}

/** A status the agent makes itself, when there is no container (any more). */
export function agentStatus(
  run: Run,
  origin: StatusOrigin,
  state: TaskState,
  said: Pick<TaskStatus, "message" | "reason">,
): TaskStatus {
  return { ...base(run, origin, state), source: "SOURCE_AGENT", ...said };
}

function base(run: Run, { agentId }: StatusOrigin, state: TaskState) {
  return {
    task_id: { value: run.task.task_id.value },
    state,
    agent_id: { value: agentId },
    executor_id: { value: run.executorId },
    timestamp: Date.now() / 1000,
    uuid: randomBytes(16).toString("base64"),
  };
}
