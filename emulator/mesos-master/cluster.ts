import type { MasterToAgent } from "@drover/emulator/protocol/agent";
import type { AgentInfo, Event, FrameworkInfo, KillPolicy, Task, TaskStatus } from "@drover/lib/mesos/types";
import { isTerminal } from "@drover/lib/mesos/types";
import { Resources } from "./resources";

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
  total: Resources;
  used: Resources;
  offered: Resources;
  /** By {@link taskKey}. */
  readonly tasks: Map<string, TaskRecord>;
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

/** Why an agent of the registry is not among the registered ones. */
export interface AbsentAgent {
  hostname: string;
  port: number;
  sinceSeconds: number;
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

/** Everything the leading master knows, with the sums of resources kept right. It sends nothing and waits for nothing. */
export class Cluster {
  readonly agents = new Map<string, Agent>();
  /** In the registry when this master was elected, not back yet. */
  readonly recoveredAgents = new Map<string, AbsentAgent>();
  readonly unreachableAgents = new Map<string, AbsentAgent>();
  readonly goneAgents = new Map<string, AbsentAgent>();
  readonly frameworks = new Map<string, Framework>();
  /** Newest last. */
  readonly completedFrameworks = new Map<string, Framework>();
  /** Ids that may not subscribe any more, also those removed under earlier masters. */
  readonly removedFrameworkIds = new Set<string>();
  readonly offers = new Map<string, Offer>();
  /** Scalars of all registered agents. */
  private totalScalars = Resources.none;

  constructor(private readonly limits: ClusterLimits) {}

  get total(): Resources {
    return this.totalScalars;
  }

  /** Registers an agent; it is absent no more. */
  addAgent(agent: Agent): void {
    this.agents.set(agent.id, agent);
    this.recoveredAgents.delete(agent.id);
    this.unreachableAgents.delete(agent.id);
    this.totalScalars = this.totalScalars.plus(agent.total.scalarsOnly());
  }

  /** The agent re-registered with other resources. */
  setTotal(agent: Agent, total: Resources): void {
    this.totalScalars = this.totalScalars.minus(agent.total.scalarsOnly()).plus(total.scalarsOnly());
    agent.total = total;
  }

  /** Takes an agent without tasks and offers out of the cluster. */
  removeAgent(agent: Agent): void {
    this.agents.delete(agent.id);
    this.totalScalars = this.totalScalars.minus(agent.total.scalarsOnly());
    for (const framework of this.frameworks.values()) {
      for (const filters of framework.filters.values()) {
        filters.delete(agent.id);
      }
    }
  }

  freeOf(agent: Agent): Resources {
    return agent.total.minus(agent.used).minus(agent.offered);
  }

  addTask(framework: Framework, agent: Agent, task: Task): TaskRecord {
    const role = task.resources[0]?.allocation_info?.role ?? rolesOf(framework.info)[0] ?? "*";
    const record: TaskRecord = { task, role, resources: Resources.of(task.resources), holdsResources: false };
    framework.tasks.set(task.task_id.value, record);
    agent.tasks.set(taskKey(framework.id, task.task_id.value), record);
    if (!isTerminal(task.state)) {
      record.holdsResources = true;
      agent.used = agent.used.plus(record.resources);
      allocate(framework, role, record.resources);
    }
    return record;
  }

  /** Notes a new status; from a terminal state on the task's resources are free. A terminal state is never left. */
  updateTask(framework: Framework, record: TaskRecord, status: TaskStatus): void {
    const { task } = record;
    if (isTerminal(task.state)) {
      return;
    }
    const { data: _, ...kept } = status;
    const last = task.statuses.at(-1);
    task.statuses = last?.state === status.state ? [...task.statuses.slice(0, -1), kept] : [...task.statuses, kept];
    task.state = status.state;
    if (isTerminal(status.state)) {
      this.releaseTask(framework, record);
    }
  }

  /** Ends a task's life: it is one of the framework's completed ones from now on. */
  completeTask(framework: Framework, record: TaskRecord): void {
    this.forgetTask(framework, record);
    framework.completedTasks.push(record);
    if (framework.completedTasks.length > this.limits.maxCompletedTasksPerFramework) {
      framework.completedTasks.shift();
    }
  }

  /** Its agent does not answer: the task may come back with it. */
  parkTask(framework: Framework, record: TaskRecord): void {
    this.forgetTask(framework, record);
    framework.unreachableTasks.set(record.task.task_id.value, record);
    trim(framework.unreachableTasks, this.limits.maxUnreachableTasksPerFramework);
  }

  addOffer(offer: Offer): void {
    this.offers.set(offer.id, offer);
    offer.agent.offers.add(offer);
    offer.framework.offers.add(offer);
    offer.agent.offered = offer.agent.offered.plus(offer.resources);
    allocate(offer.framework, offer.role, offer.resources);
  }

  removeOffer(offer: Offer): void {
    if (!this.offers.delete(offer.id)) {
      return;
    }
    clearTimeout(offer.expiry);
    offer.agent.offers.delete(offer);
    offer.framework.offers.delete(offer);
    offer.agent.offered = offer.agent.offered.minus(offer.resources);
    deallocate(offer.framework, offer.role, offer.resources);
  }

  completeFramework(framework: Framework): void {
    this.frameworks.delete(framework.id);
    this.removedFrameworkIds.add(framework.id);
    this.completedFrameworks.set(framework.id, framework);
    trim(this.completedFrameworks, this.limits.maxCompletedFrameworks);
  }

  private forgetTask(framework: Framework, record: TaskRecord): void {
    const { task } = record;
    this.releaseTask(framework, record);
    framework.tasks.delete(task.task_id.value);
    this.agents.get(task.agent_id.value)?.tasks.delete(taskKey(framework.id, task.task_id.value));
  }

  private releaseTask(framework: Framework, record: TaskRecord): void {
    if (!record.holdsResources) {
      return;
    }
    record.holdsResources = false;
    deallocate(framework, record.role, record.resources);
    const agent = this.agents.get(record.task.agent_id.value);
    if (agent) {
      agent.used = agent.used.minus(record.resources);
    }
  }
}

function allocate(framework: Framework, role: string, resources: Resources): void {
  framework.allocated.set(role, (framework.allocated.get(role) ?? Resources.none).plus(resources.scalarsOnly()));
}

function deallocate(framework: Framework, role: string, resources: Resources): void {
  framework.allocated.set(role, (framework.allocated.get(role) ?? Resources.none).minus(resources.scalarsOnly()));
}

/** Drops the oldest entries above the limit. */
function trim<Key, Value>(map: Map<Key, Value>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) {
      return;
    }
    map.delete(key);
  }
}
