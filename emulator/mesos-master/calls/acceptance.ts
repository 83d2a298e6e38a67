import type { ExecutorInfo, Operation, TaskInfo, Value } from "@drover/lib/mesos/types";
import type { Acls } from "../access/acls";
import type { Offers } from "../allocation/offers";
import { taskOf } from "../frameworks/launched-task";
import { type MasterStatus, masterStatus, type TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import type { Agent, Framework, Offer } from "../model";
import { taskKey } from "../model";
import type { Operations } from "../resources/operations";
import { Resources } from "../resources/resources";
import { offerProblem } from "../validation/offer-validation";
import { groupProblem, taskProblem } from "../validation/task-validation";

/** Accepts offers: launches tasks, changes resources and gives the rest back. */
export class Acceptance {
  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
    private readonly operations: Operations,
    private readonly acls: Acls,
  ) {}

  accept(framework: Framework, offerIds: Value[], operations: Partial<Operation>[], refuseSeconds?: number): void {
    const { cluster } = this.leadership;
    const known = offerIds
      .map(({ value }) => cluster.offers.get(value))
      .filter((offer) => offer?.framework === framework);
    const usable = [...new Set(known.filter((offer) => offer !== undefined))];
    const problem = offerProblem(cluster.offers, framework, offerIds);
    for (const offer of usable) {
      cluster.removeOffer(offer);
    }
    const [first] = usable;
    if (problem !== undefined || !first) {
      this.dropAll(framework, operations, problem ?? "No offers specified");
      return;
    }
    let available = Resources.sum(usable.map((offer) => offer.resources));
    for (const operation of operations) {
      available = this.perform(framework, first, operation, available);
    }
    this.offers.refuse(framework, first.role, first.agent, available, refuseSeconds);
  }

  /** Carries out one operation and returns what it leaves of the resources. */
  private perform(framework: Framework, offer: Offer, given: Partial<Operation>, available: Resources): Resources {
    const operation = complete(given);
    if (!operation) {
      this.leadership.log.warn({ framework: framework.id, operation: given.type }, "an operation without its body");
      return available;
    }
    switch (operation.type) {
      case "LAUNCH":
        return operation.launch.task_infos.reduce((left, task) => this.launch(framework, offer, task, left), available);
      case "LAUNCH_GROUP": {
        const { executor, task_group } = operation.launch_group;
        return this.launchGroup(framework, offer, executor, task_group.tasks, available);
      }
      default:
        return this.operations.perform(framework, offer.agent, offer.role, operation, available);
    }
  }

  private launch(framework: Framework, { agent, role }: Offer, info: TaskInfo, available: Resources): Resources {
    const problem = taskProblem(info, framework, agent, role, available);
    const unauthorised = problem ?? this.unauthorised(framework, info);
    if (unauthorised !== undefined) {
      const reason = problem === undefined ? "REASON_TASK_UNAUTHORIZED" : "REASON_TASK_INVALID";
      this.refuseTask(framework, agent, info, reason, unauthorised);
      return available;
    }
    const resources = Resources.of(info.resources);
    const task = { ...info, resources: resources.toList({ spelling: "refined", allocation: role }) };
    this.add(framework, agent, task);
    agent.connection?.send({ type: "RUN_TASK", run_task: { framework_info: framework.info, task } });
    return available.minus(resources);
  }

  /** All tasks of a group or none. The executor's resources count once, however many groups it runs. */
  private launchGroup(
    framework: Framework,
    { agent, role }: Offer,
    given: ExecutorInfo,
    tasks: TaskInfo[],
    available: Resources,
  ): Resources {
    const executor = { ...given, framework_id: { value: framework.id } };
    const known = agent.executors.get(taskKey(framework.id, executor.executor_id.value));
    const problem = groupProblem(executor, tasks, framework, agent, role, available, known?.resources);
    const unauthorised = tasks.map((task) => this.unauthorised(framework, task)).find((text) => text !== undefined);
    if (problem !== undefined || unauthorised !== undefined) {
      const reason = problem === undefined ? "REASON_TASK_GROUP_UNAUTHORIZED" : "REASON_TASK_GROUP_INVALID";
      for (const task of tasks) {
        this.refuseTask(framework, agent, task, reason, problem ?? unauthorised ?? "");
      }
      return available;
    }
    const form = { spelling: "refined", allocation: role } as const;
    const own = known ? Resources.none : Resources.of(executor.resources);
    const info = { ...executor, resources: (known?.resources ?? own).toList(form) };
    this.leadership.cluster.addExecutor(agent, { info, frameworkId: framework.id, role, resources: own });
    const sent = tasks.map((task) => ({ ...task, resources: Resources.of(task.resources).toList(form) }));
    for (const task of sent) {
      this.add(framework, agent, task, executor.executor_id);
    }
    agent.connection?.send({
      type: "RUN_TASK_GROUP",
      run_task_group: { framework_info: framework.info, executor: info, tasks: sent },
    });
    return available.minus(own).minus(Resources.sum(tasks.map(({ resources }) => Resources.of(resources))));
  }

  private add(framework: Framework, agent: Agent, info: TaskInfo, executorId?: Value): void {
    const record = this.leadership.cluster.addTask(framework, agent, taskOf(info, framework, executorId));
    this.leadership.watchers.taskAdded(framework, record);
  }

  private unauthorised(framework: Framework, { task_id, command, executor }: TaskInfo): string | undefined {
    const user = command?.user ?? executor?.command?.user ?? framework.info.user;
    const { principal } = framework.info;
    return this.acls.allows("run_tasks", principal, user)
      ? undefined
      : `Principal '${principal ?? ""}' no authorized to launch task ${task_id.value} of framework ${framework.id} under user '${user}'`;
  }

  private refuseTask(
    framework: Framework,
    agent: Agent,
    task: TaskInfo,
    reason: MasterStatus["reason"],
    message: string,
  ): void {
    const status = { taskId: task.task_id.value, agentId: agent.id, state: "TASK_ERROR", reason, message } as const;
    this.leadership.counters.add("master/tasks_error");
    this.updates.tell(framework, masterStatus(framework, status));
  }

  private dropAll(framework: Framework, operations: Partial<Operation>[], problem: string): void {
    for (const operation of operations.map(complete)) {
      if (operation?.type === "LAUNCH") {
        this.dropTasks(framework, operation.launch.task_infos, problem);
      } else if (operation?.type === "LAUNCH_GROUP") {
        this.dropTasks(framework, operation.launch_group.task_group.tasks, problem);
      } else if (operation) {
        this.operations.refuse(framework, operation, `Operation attempted with invalid offers: ${problem}`);
      }
    }
  }

  private dropTasks(framework: Framework, tasks: TaskInfo[], problem: string): void {
    for (const task of tasks) {
      const status = {
        taskId: task.task_id.value,
        agentId: task.agent_id.value,
        state: "TASK_DROPPED",
        reason: "REASON_INVALID_OFFERS",
        message: `Task launched with invalid offers: ${problem}`,
      } as const;
      this.leadership.counters.add("master/tasks_dropped");
      this.updates.tell(framework, masterStatus(framework, status));
    }
  }
}

/** An operation as it arrives may lack its body, or the lists in it: those are empty then. */
function complete(given: Partial<Operation>): Operation | undefined {
  const { type } = given;
  const body = type && (given as Record<string, unknown>)[type.toLowerCase()];
  if (typeof body !== "object" || body === null) {
    return undefined;
  }
  const lists = { task_infos: [], resources: [], volumes: [] };
  const name = type?.toLowerCase() ?? "";
  if (type === "LAUNCH_GROUP") {
    const { executor, task_group } = body as { executor: ExecutorInfo; task_group: { tasks?: TaskInfo[] } };
    return { ...given, type, launch_group: { executor, task_group: { tasks: task_group.tasks ?? [] } } };
  }
  return { ...given, type, [name]: { ...lists, ...body } } as Operation;
}
