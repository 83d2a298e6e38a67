import type { MasterToAgent } from "@drover/emulator/protocol/agent";
import type {
  AgentInfo,
  Attribute,
  Event,
  ExecutorInfo,
  FrameworkInfo,
  KillPolicy,
  OfferConstraints,
  OperationStatus,
  Task,
  Unavailability,
  Value,
} from "@drover/lib/mesos/types";
import type { ResourceOperation } from "./resources/resource-operations";
import type { Resources } from "./resources/resources";

/** An open stream to an agent or a framework, and the id its calls have to carry. */
export interface Connection<Message> {
  readonly streamId: string;
  send(message: Message): void;
  /** Ends the stream in order. */
  end(): void;
}

export interface TaskRecord {
  task: Task;
  readonly resources: Resources;
  readonly role: string;
  /** Its resources count as used. */
  holdsResources: boolean;
}

/** A default executor and what it takes besides its tasks. */
export interface ExecutorRecord {
  readonly info: ExecutorInfo;
  readonly frameworkId: string;
  readonly role: string;
  readonly resources: Resources;
}

export interface Offer {
  readonly id: string;
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  readonly resources: Resources;
  expiry?: NodeJS.Timeout;
}

export interface KillRequest {
  frameworkId: string;
  taskId: string;
  killPolicy?: KillPolicy;
}

/** A registered agent, connected or not. */
export interface Agent {
  readonly id: string;
  info: AgentInfo;
  pid: string;
  version: string;
  capabilities: string[];
  total: Resources;
  used: Resources;
  offered: Resources;
  /** By {@link taskKey}. */
  readonly tasks: Map<string, TaskRecord>;
  /** Default executors, by {@link taskKey} with the executor's id. */
  readonly executors: Map<string, ExecutorRecord>;
  readonly offers: Set<Offer>;
  /** Kills asked for while it was disconnected, by {@link taskKey}. */
  readonly pendingKills: Map<string, KillRequest>;
  readonly registeredSeconds: number;
  reregisteredSeconds?: number;
  /** Undefined while disconnected. */
  connection?: Connection<MasterToAgent>;
  pings?: NodeJS.Timeout;
  /** Pings in a row without an answer. */
  missedPings: number;
  hasAnswered: boolean;
  /** By the operator: no offers. */
  deactivated: boolean;
  drain?: Drain;
  /** Planned maintenance of its machine. */
  unavailability?: Unavailability;
}

export interface Drain {
  state: "DRAINING" | "DRAINED";
  startSeconds: number;
  /** Upper limit of the tasks' own grace periods. */
  maxGracePeriodSeconds?: number;
  markGone: boolean;
}

/** What has been refused, and until when it is not offered again. */
export interface RefuseFilter {
  readonly untilMs: number;
  readonly resources: Resources;
}

export interface Framework {
  readonly id: string;
  info: FrameworkInfo;
  /** Undefined while not subscribed. */
  connection?: Connection<Event>;
  /** Known from agents only: it has not subscribed with this master yet. */
  recovered: boolean;
  readonly registeredSeconds: number;
  reregisteredSeconds?: number;
  unregisteredSeconds?: number;
  readonly suppressed: Set<string>;
  /** Of SUBSCRIBE and UPDATE_FRAMEWORK, as they came. */
  offerConstraints?: OfferConstraints;
  /** By role and agent id. */
  readonly filters: Map<string, Map<string, RefuseFilter>>;
  readonly tasks: Map<string, TaskRecord>;
  readonly unreachableTasks: Map<string, TaskRecord>;
  readonly completedTasks: TaskRecord[];
  readonly offers: Set<Offer>;
  /** Scalars used and offered by role: what counts against its share. */
  readonly allocated: Map<string, Resources>;
  /** Gives up the framework when it stays away. */
  failover?: { cancel(): void };
}

/** An operation whose outcome its framework has not acknowledged yet. */
export interface OperationRecord {
  readonly framework: Framework;
  readonly agentId: string;
  readonly info: ResourceOperation;
  readonly status: OperationStatus & { uuid: Value };
  resend?: NodeJS.Timeout;
}

/** Why an agent of the registry is not among the registered ones. */
export interface AbsentAgent {
  hostname: string;
  port: number;
  sinceSeconds: number;
  /** As it registered, but for its resources. */
  attributes?: Attribute[];
  deactivated?: boolean;
  drain?: Drain;
}

export interface ClusterLimits {
  maxCompletedFrameworks: number;
  maxCompletedTasksPerFramework: number;
  maxUnreachableTasksPerFramework: number;
}

export function taskKey(frameworkId: string, taskId: string): string {
  return `${frameworkId}/${taskId}`;
}

export function rolesOf(info: FrameworkInfo): string[] {
  return hasCapability(info, "MULTI_ROLE") ? (info.roles ?? []) : [info.role ?? "*"];
}

export function hasCapability(info: FrameworkInfo, type: string): boolean {
  return info.capabilities?.some((capability) => capability.type === type) === true;
}
