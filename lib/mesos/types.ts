/**
 * The JSON forms of the Mesos v1 messages that Drover reads or writes: snake_case keys, enums as names, bytes as
 * base64, absent optionals left out. Names and meanings are those of mesos/v1/mesos.proto and scheduler.proto.
 */

/** Every Mesos id: framework, agent, offer, task, executor, container. Opaque text. */
export interface Value {
  value: string;
}

export interface Label {
  key: string;
  value?: string;
}

export interface Labels {
  labels: Label[];
}

export interface TimeInfo {
  nanoseconds: number;
}

export interface DurationInfo {
  nanoseconds: number;
}

export interface Address {
  hostname?: string;
  ip: string;
  port: number;
}

export interface Url {
  scheme: string;
  address: Address;
  path?: string;
}

export interface MasterInfo {
  id: string;
  /** IPv4 address in network byte order, read as a little-endian number (10.0.0.1 is 16777226). */
  ip: number;
  port: number;
  /** `master@ip:port` */
  pid: string;
  hostname: string;
  version: string;
  address: Address;
  capabilities?: Capability[];
  domain?: DomainInfo;
}

export interface DomainInfo {
  fault_domain?: { region: { name: string }; zone: { name: string } };
}

export interface Capability {
  type: string;
}

export interface FrameworkInfo {
  user: string;
  name: string;
  id?: Value;
  /** Seconds a disconnected framework keeps its tasks; absent means 0. */
  failover_timeout?: number;
  checkpoint?: boolean;
  role?: string;
  roles?: string[];
  hostname?: string;
  principal?: string;
  webui_url?: string;
  capabilities?: Capability[];
  labels?: Labels;
  /** By role: offers have to hold one of the alternatives. */
  offer_filters?: Record<
    string,
    { min_allocatable_resources?: { quantities?: { quantities?: Record<string, { value: number }> }[] } }
  >;
}

export interface AgentInfo {
  hostname: string;
  port?: number;
  resources?: Resource[];
  attributes?: Attribute[];
  id?: Value;
  domain?: DomainInfo;
}

export interface Range {
  begin: number;
  end: number;
}

export type ValueType = "SCALAR" | "RANGES" | "SET" | "TEXT";

export interface Resource {
  name: string;
  type: ValueType;
  scalar?: { value: number };
  ranges?: { range: Range[] };
  set?: { item: string[] };
  role?: string;
  allocation_info?: { role?: string };
  reservation?: ReservationInfo;
  reservations?: ReservationInfo[];
  disk?: DiskInfo;
  revocable?: Record<string, unknown>;
  shared?: Record<string, unknown>;
  provider_id?: Value;
}

/** A volume, or where a disk is; a plain share of the agent's work directory has neither. */
export interface DiskInfo {
  persistence?: { id: string; principal?: string };
  volume?: Volume;
  source?: {
    type: "PATH" | "MOUNT" | "BLOCK" | "RAW" | "UNKNOWN";
    path?: { root?: string };
    mount?: { root?: string };
    id?: string;
    vendor?: string;
    profile?: string;
  };
}

export interface ReservationInfo {
  type?: "STATIC" | "DYNAMIC";
  role?: string;
  principal?: string;
  labels?: Labels;
}

export interface Attribute {
  name: string;
  type: ValueType;
  scalar?: { value: number };
  ranges?: { range: Range[] };
  set?: { item: string[] };
  text?: { value: string };
}

export interface Offer {
  id: Value;
  framework_id: Value;
  agent_id: Value;
  hostname: string;
  url?: Url;
  resources: Resource[];
  attributes?: Attribute[];
  executor_ids?: Value[];
  allocation_info?: { role?: string };
  domain?: DomainInfo;
  /** Planned maintenance of the agent's machine. */
  unavailability?: Unavailability;
}

export interface Unavailability {
  start: TimeInfo;
  /** Absent: without end. */
  duration?: DurationInfo;
}

/** Asks a framework to leave an agent for planned maintenance. */
export interface InverseOffer {
  id: Value;
  url?: Url;
  framework_id: Value;
  agent_id?: Value;
  unavailability: Unavailability;
}

export interface EnvironmentVariable {
  name: string;
  type?: "VALUE" | "SECRET";
  value?: string;
}

export interface CommandInfo {
  /** Absent means true: `value` is run by `/bin/sh -c`. */
  shell?: boolean;
  value?: string;
  arguments?: string[];
  user?: string;
  environment?: { variables: EnvironmentVariable[] };
  uris?: {
    value: string;
    executable?: boolean;
    extract?: boolean;
    cache?: boolean;
    output_file?: string;
  }[];
}

export interface Parameter {
  key: string;
  value: string;
}

export interface PortMapping {
  host_port: number;
  container_port: number;
  protocol?: string;
}

export interface Volume {
  container_path: string;
  host_path?: string;
  mode: "RW" | "RO";
  source?: {
    type: "DOCKER_VOLUME" | "SANDBOX_PATH" | "SECRET" | "HOST_PATH" | "CSI_VOLUME";
    docker_volume?: { driver?: string; name: string; driver_options?: { parameter: Parameter[] } };
    sandbox_path?: { type?: "SELF" | "PARENT"; path: string };
    host_path?: { path: string };
  };
}

export interface NetworkInfo {
  name?: string;
  groups?: string[];
  labels?: Labels;
  ip_addresses?: { protocol?: "IPv4" | "IPv6"; ip_address?: string }[];
  port_mappings?: PortMapping[];
}

export interface ContainerInfo {
  type: "DOCKER" | "MESOS";
  hostname?: string;
  volumes?: Volume[];
  network_infos?: NetworkInfo[];
  docker?: {
    image: string;
    network?: "HOST" | "BRIDGE" | "NONE" | "USER";
    port_mappings?: PortMapping[];
    privileged?: boolean;
    parameters?: Parameter[];
    force_pull_image?: boolean;
    volume_driver?: string;
  };
  mesos?: { image?: { type: "DOCKER" | "APPC"; docker?: { name: string }; cached?: boolean } };
  linux_info?: Record<string, unknown>;
  rlimit_info?: Record<string, unknown>;
  tty_info?: Record<string, unknown>;
}

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

export interface Filters {
  /** Seconds; absent means 5. */
  refuse_seconds?: number;
}

/** What is done with the resources of accepted offers. With an `id` its outcome is told by UPDATE_OPERATION_STATUS. */
export type Operation = { id?: Value } & (
  | { type: "LAUNCH"; launch: { task_infos: TaskInfo[] } }
  | { type: "LAUNCH_GROUP"; launch_group: { executor: ExecutorInfo; task_group: { tasks: TaskInfo[] } } }
  | { type: "RESERVE"; reserve: { resources: Resource[]; source?: Resource[] } }
  | { type: "UNRESERVE"; unreserve: { resources: Resource[] } }
  | { type: "CREATE"; create: { volumes: Resource[] } }
  | { type: "DESTROY"; destroy: { volumes: Resource[] } }
  | { type: "GROW_VOLUME"; grow_volume: { volume: Resource; addition: Resource } }
  | { type: "SHRINK_VOLUME"; shrink_volume: { volume: Resource; subtract: { value: number } } }
);

export interface OperationStatus {
  operation_id?: Value;
  state:
    | "OPERATION_FINISHED"
    | "OPERATION_FAILED"
    | "OPERATION_ERROR"
    | "OPERATION_DROPPED"
    | "OPERATION_UNREACHABLE"
    | "OPERATION_GONE_BY_OPERATOR"
    | "OPERATION_RECOVERING"
    | "OPERATION_UNKNOWN";
  message?: string;
  agent_id?: Value;
  /** Base64 of 16 bytes; present means that the scheduler has to acknowledge it. */
  uuid?: Value;
}

export interface AttributeConstraint {
  selector: { pseudoattribute_type?: "HOSTNAME" | "REGION" | "ZONE"; attribute_name?: string };
  /** Exactly one of these. */
  predicate: {
    exists?: object;
    not_exists?: object;
    text_equals?: { value: string };
    text_not_equals?: { value: string };
    text_matches?: { regex: string };
    text_not_matches?: { regex: string };
  };
}

/** Which agents a role wants offers of: those that meet all constraints of one of its groups. */
export interface OfferConstraints {
  role_constraints?: Record<string, { groups?: { attribute_constraints?: AttributeConstraint[] }[] }>;
}

/** Body of `POST /api/v1/scheduler`. */
export type Call = { framework_id?: Value } & (
  | {
      type: "SUBSCRIBE";
      subscribe: { framework_info: FrameworkInfo; suppressed_roles?: string[]; offer_constraints?: OfferConstraints };
    }
  | { type: "TEARDOWN" }
  | { type: "ACCEPT"; accept: { offer_ids: Value[]; operations?: Operation[]; filters?: Filters } }
  | { type: "DECLINE"; decline: { offer_ids: Value[]; filters?: Filters } }
  | { type: "REVIVE"; revive?: { roles?: string[] } }
  | { type: "SUPPRESS"; suppress?: { roles?: string[] } }
  | { type: "KILL"; kill: { task_id: Value; agent_id?: Value; kill_policy?: KillPolicy } }
  | { type: "SHUTDOWN"; shutdown: { executor_id: Value; agent_id: Value } }
  | { type: "ACKNOWLEDGE"; acknowledge: { agent_id: Value; task_id: Value; uuid: string } }
  | { type: "RECONCILE"; reconcile: { tasks?: { task_id: Value; agent_id?: Value }[] } }
  | { type: "MESSAGE"; message: { agent_id: Value; executor_id: Value; data: string } }
  | { type: "REQUEST"; request: { requests?: unknown[] } }
  | { type: "ACCEPT_INVERSE_OFFERS"; accept_inverse_offers: { inverse_offer_ids?: Value[]; filters?: Filters } }
  | { type: "DECLINE_INVERSE_OFFERS"; decline_inverse_offers: { inverse_offer_ids?: Value[]; filters?: Filters } }
  | {
      type: "ACKNOWLEDGE_OPERATION_STATUS";
      acknowledge_operation_status: { agent_id?: Value; uuid: string; operation_id: Value };
    }
  | {
      type: "RECONCILE_OPERATIONS";
      reconcile_operations: { operations?: { operation_id: Value; agent_id?: Value }[] };
    }
  | {
      type: "UPDATE_FRAMEWORK";
      update_framework: {
        framework_info: FrameworkInfo;
        suppressed_roles?: string[];
        offer_constraints?: OfferConstraints;
      };
    }
);

/** What the master sends on the stream of a subscribed framework. */
export type Event =
  | {
      type: "SUBSCRIBED";
      subscribed: { framework_id: Value; heartbeat_interval_seconds?: number; master_info?: MasterInfo };
    }
  | { type: "OFFERS"; offers: { offers: Offer[] } }
  | { type: "RESCIND"; rescind: { offer_id: Value } }
  | { type: "UPDATE"; update: { status: TaskStatus } }
  | { type: "MESSAGE"; message: { agent_id: Value; executor_id: Value; data: string } }
  | { type: "FAILURE"; failure: { agent_id?: Value; executor_id?: Value; status?: number } }
  | { type: "UPDATE_OPERATION_STATUS"; update_operation_status: { status: OperationStatus } }
  | { type: "INVERSE_OFFERS"; inverse_offers: { inverse_offers: InverseOffer[] } }
  | { type: "RESCIND_INVERSE_OFFER"; rescind_inverse_offer: { inverse_offer_id: Value } }
  | { type: "ERROR"; error: { message: string } }
  | { type: "HEARTBEAT" };

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
