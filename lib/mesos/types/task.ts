import type { DurationInfo, Labels, TimeInfo, Value } from "./common";
import type { CommandInfo, ContainerInfo, NetworkInfo } from "./container";
import type { Resource } from "./resource";

/** Times are seconds; defaults: delay 15, interval 10, timeout 20, consecutive failures 3, grace period 10. */
export interface HealthCheck {
  type?: "COMMAND" | "HTTP" | "TCP";
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
  consecutive_failures?: number;
  grace_period_seconds?: number;
  command?: CommandInfo;
  http?: { port: number; path?: string; scheme?: string; statuses?: number[]; protocol?: "IPV4" | "IPV6" };
  tcp?: { port: number; protocol?: "IPV4" | "IPV6" };
}

/** A check that only reports; times are seconds, defaults: delay 15, interval 10, timeout 20. */
export interface CheckInfo {
  type: "COMMAND" | "HTTP" | "TCP";
  command?: { command: CommandInfo };
  http?: { port: number; path?: string };
  tcp?: { port: number };
  delay_seconds?: number;
  interval_seconds?: number;
  timeout_seconds?: number;
}

export interface KillPolicy {
  grace_period?: DurationInfo;
}

export interface DiscoveryInfo {
  visibility: "FRAMEWORK" | "CLUSTER" | "EXTERNAL";
  name?: string;
  environment?: string;
  location?: string;
  version?: string;
  ports?: { ports: DiscoveryPort[] };
  labels?: Labels;
}

export interface DiscoveryPort {
  number: number;
  name?: string;
  protocol?: string;
  visibility?: "FRAMEWORK" | "CLUSTER" | "EXTERNAL";
  labels?: Labels;
}

export interface ExecutorInfo {
  type?: "DEFAULT" | "CUSTOM";
  executor_id: Value;
  framework_id?: Value;
  command?: CommandInfo;
  container?: ContainerInfo;
  resources?: Resource[];
  name?: string;
  source?: string;
  data?: string;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  shutdown_grace_period?: DurationInfo;
}

export interface TaskInfo {
  name: string;
  task_id: Value;
  agent_id: Value;
  resources?: Resource[];
  executor?: ExecutorInfo;
  command?: CommandInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  check?: CheckInfo;
  kill_policy?: KillPolicy;
  max_completion_time?: DurationInfo;
  data?: string;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  limits?: Record<string, { value: number | string }>;
}

export type TaskState =
  | "TASK_STAGING"
  | "TASK_STARTING"
  | "TASK_RUNNING"
  | "TASK_KILLING"
  | "TASK_FINISHED"
  | "TASK_FAILED"
  | "TASK_KILLED"
  | "TASK_ERROR"
  | "TASK_LOST"
  | "TASK_DROPPED"
  | "TASK_UNREACHABLE"
  | "TASK_GONE"
  | "TASK_GONE_BY_OPERATOR"
  | "TASK_UNKNOWN";

/** `REASON_…` of mesos.proto; only names that Drover itself sends or compares are listed. */
export type Reason =
  | "REASON_AGENT_DISCONNECTED"
  | "REASON_AGENT_DRAINING"
  | "REASON_AGENT_REMOVED"
  | "REASON_AGENT_REMOVED_BY_OPERATOR"
  | "REASON_AGENT_REREGISTERED"
  | "REASON_AGENT_RESTARTED"
  | "REASON_AGENT_UNKNOWN"
  | "REASON_COMMAND_EXECUTOR_FAILED"
  | "REASON_CONTAINER_LAUNCH_FAILED"
  | "REASON_CONTAINER_LIMITATION"
  | "REASON_CONTAINER_LIMITATION_DISK"
  | "REASON_CONTAINER_LIMITATION_MEMORY"
  | "REASON_EXECUTOR_REGISTRATION_TIMEOUT"
  | "REASON_EXECUTOR_TERMINATED"
  | "REASON_EXECUTOR_UNREGISTERED"
  | "REASON_FRAMEWORK_REMOVED"
  | "REASON_GC_ERROR"
  | "REASON_INVALID_OFFERS"
  | "REASON_MASTER_DISCONNECTED"
  | "REASON_MAX_COMPLETION_TIME_REACHED"
  | "REASON_RECONCILIATION"
  | "REASON_TASK_CHECK_STATUS_UPDATED"
  | "REASON_TASK_GROUP_INVALID"
  | "REASON_TASK_GROUP_UNAUTHORIZED"
  | "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"
  | "REASON_TASK_INVALID"
  | "REASON_TASK_KILLED_DURING_LAUNCH"
  | "REASON_TASK_UNAUTHORIZED"
  | "REASON_TASK_UNKNOWN";

export interface ContainerStatus {
  container_id?: { value: string; parent?: { value: string } };
  network_infos?: NetworkInfo[];
  executor_pid?: number;
  cgroup_info?: Record<string, unknown>;
}

export interface TaskStatus {
  task_id: Value;
  state: TaskState;
  message?: string;
  source?: "SOURCE_MASTER" | "SOURCE_AGENT" | "SOURCE_EXECUTOR";
  reason?: Reason;
  data?: string;
  agent_id?: Value;
  executor_id?: Value;
  /** Seconds since the epoch. */
  timestamp?: number;
  /** Base64 of 16 bytes; present means that the scheduler has to acknowledge this update. */
  uuid?: string;
  healthy?: boolean;
  check_status?: Record<string, unknown>;
  labels?: Labels;
  container_status?: ContainerStatus;
  unreachable_time?: TimeInfo;
}

/** What a master remembers of a task. */
export interface Task {
  name: string;
  task_id: Value;
  framework_id: Value;
  executor_id?: Value;
  agent_id: Value;
  state: TaskState;
  resources: Resource[];
  limits?: Record<string, { value: number | string }>;
  /** One entry a state, oldest first. */
  statuses: TaskStatus[];
  /** State of the newest update, which the scheduler may not have acknowledged yet. */
  status_update_state?: TaskState;
  status_update_uuid?: string;
  labels?: Labels;
  discovery?: DiscoveryInfo;
  container?: ContainerInfo;
  health_check?: HealthCheck;
  kill_policy?: KillPolicy;
  max_completion_time?: DurationInfo;
  user?: string;
}

const TERMINAL_STATES: ReadonlySet<TaskState> = new Set<TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
]);

/** True when a task in this state will never run again (TASK_UNREACHABLE and TASK_UNKNOWN may come back). */
export function isTerminal(state: TaskState): boolean {
  return TERMINAL_STATES.has(state);
}
