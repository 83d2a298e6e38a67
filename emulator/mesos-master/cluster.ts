import type { Task, TaskStatus } from "@drover/lib/mesos/types";
import { isTerminal } from "@drover/lib/mesos/types";
import {
  type AbsentAgent,
  type Agent,
  type ClusterLimits,
  type ExecutorRecord,
  type Framework,
  type Offer,
  rolesOf,
  type TaskRecord,
  taskKey,
} from "./model";
import { Resources } from "./resources/resources";

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
    for (const { frameworkId, info } of [...agent.executors.values()]) {
      this.removeExecutor(agent, frameworkId, info.executor_id.value);
    }
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

  /** An executor that runs on an agent; known ones stay as they are. */
  addExecutor(agent: Agent, executor: ExecutorRecord): void {
    const key = taskKey(executor.frameworkId, executor.info.executor_id.value);
    if (agent.executors.has(key)) {
      return;
    }
    agent.executors.set(key, executor);
    agent.used = agent.used.plus(executor.resources);
    const framework = this.frameworks.get(executor.frameworkId);
    if (framework) {
      allocate(framework, executor.role, executor.resources);
    }
  }

  /** False when the agent had no such executor. */
  removeExecutor(agent: Agent, frameworkId: string, executorId: string): boolean {
    const key = taskKey(frameworkId, executorId);
    const executor = agent.executors.get(key);
    if (!executor) {
      return false;
    }
    agent.executors.delete(key);
    agent.used = agent.used.minus(executor.resources);
    const framework = this.frameworks.get(frameworkId);
    if (framework) {
      deallocate(framework, executor.role, executor.resources);
    }
    return true;
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
