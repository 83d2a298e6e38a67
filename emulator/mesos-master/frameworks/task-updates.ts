import type { Event, Reason, TaskState, TaskStatus } from "@drover/lib/mesos/types";
import { isTerminal } from "@drover/lib/mesos/types";
import { nowSeconds } from "../clock";
import type { Leadership } from "../leadership/leadership";
import { type Framework, hasCapability, type TaskRecord } from "../model";

/** States that a framework without PARTITION_AWARE sees as TASK_LOST. */
const PARTITION_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_UNKNOWN",
  "TASK_UNREACHABLE",
]);

export interface MasterStatus {
  taskId: string;
  state: TaskState;
  reason: Reason;
  message: string;
  agentId?: string;
  unreachableSeconds?: number;
}

/** A status that the master itself makes; nothing has to be acknowledged. */
export function masterStatus(framework: Framework, status: MasterStatus): TaskStatus {
  const isLost = PARTITION_STATES.has(status.state) && !hasCapability(framework.info, "PARTITION_AWARE");
  return {
    task_id: { value: status.taskId },
    state: isLost ? "TASK_LOST" : status.state,
    message: status.message,
    source: "SOURCE_MASTER",
    reason: status.reason,
    ...(status.agentId === undefined ? {} : { agent_id: { value: status.agentId } }),
    timestamp: nowSeconds(),
    ...(status.unreachableSeconds === undefined
      ? {}
      : { unreachable_time: { nanoseconds: Math.round(status.unreachableSeconds * 1e9) } }),
  };
}

/** The newest state of a task, told once more without anything to acknowledge. */
export function latestStatus(record: TaskRecord, reason: Reason, message: string): TaskStatus {
  const { task } = record;
  const last = task.statuses.at(-1);
  return {
    task_id: task.task_id,
    state: task.state,
    message,
    source: "SOURCE_MASTER",
    reason,
    agent_id: task.agent_id,
    timestamp: nowSeconds(),
    ...(last?.healthy === undefined ? {} : { healthy: last.healthy }),
    ...(last?.check_status === undefined ? {} : { check_status: last.check_status }),
    ...(last?.container_status === undefined ? {} : { container_status: last.container_status }),
  };
}

/** Carries states of tasks from agents, and from the master itself, to frameworks. */
export class TaskUpdates {
  /** Told of every agent that a task has left for good. */
  onTaskGone: (agentId: string) => void = () => {};

  constructor(private readonly leadership: Leadership) {}

  /** Sends an event; a framework that is not connected misses it, as upstream. */
  send(framework: Framework, event: Event): void {
    framework.connection?.send(event);
  }

  /** Tells a framework a status that changes nothing here. */
  tell(framework: Framework, status: TaskStatus): void {
    this.send(framework, { type: "UPDATE", update: { status } });
  }

  /** A status from an agent: noted, then forwarded; it stays unacknowledged until the framework says so. */
  relay(framework: Framework, record: TaskRecord, status: TaskStatus): void {
    this.note(framework, record, status);
    record.task.status_update_state = status.state;
    record.task.status_update_uuid = status.uuid;
    this.tell(framework, status);
  }

  /** Ends a task by a status of the master's. */
  end(framework: Framework, record: TaskRecord, status: TaskStatus): void {
    this.note(framework, record, status);
    this.complete(framework, record);
    this.tell(framework, status);
  }

  /** A task that has ended, and whose framework knows it, is history. */
  complete(framework: Framework, record: TaskRecord): void {
    this.leadership.cluster.completeTask(framework, record);
    this.onTaskGone(record.task.agent_id.value);
  }

  /** Its agent does not answer any more. */
  park(framework: Framework, record: TaskRecord, status: TaskStatus): void {
    this.note(framework, record, status);
    this.leadership.cluster.parkTask(framework, record);
    this.tell(framework, status);
  }

  private note(framework: Framework, record: TaskRecord, status: TaskStatus): void {
    const before = record.task.state;
    this.leadership.cluster.updateTask(framework, record, status);
    this.leadership.watchers.taskUpdated(framework, status);
    if (!isTerminal(before) && isTerminal(status.state)) {
      this.leadership.counters.add(`master/${status.state.toLowerCase().replace("task_", "tasks_")}`);
    }
  }
}
