import type { Operation, Task, TaskInfo, Value } from "@drover/lib/mesos/types";
import type { Agent, Framework, Offer } from "./cluster";
import type { Leadership } from "./leadership";
import type { Offers } from "./offers";
import { Resources } from "./resources";
import { masterStatus, type TaskUpdates } from "./task-updates";
import { taskProblem } from "./task-validation";

/** An operation as it arrives: of any type, with what belongs to it. */
export type AnyOperation = Pick<Operation, "id"> & {
  type?: string;
  launch?: { task_infos?: TaskInfo[] };
  launch_group?: { task_group: { tasks: TaskInfo[] } };
};

/** Accepts offers: launches tasks and gives the rest back. */
export class Acceptance {
  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
  ) {}

  accept(framework: Framework, offerIds: Value[], operations: AnyOperation[], refuseSeconds?: number): void {
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
  private perform(framework: Framework, offer: Offer, operation: AnyOperation, available: Resources): Resources {
    if (operation.type === "LAUNCH") {
      let left = available;
      for (const task of operation.launch?.task_infos ?? []) {
        left = this.launch(framework, offer, task, left);
      }
      return left;
    }
    if (operation.type === "LAUNCH_GROUP") {
      const message = "Task groups are not part of this master: launch the tasks one by one";
      for (const task of operation.launch_group?.task_group.tasks ?? []) {
        this.refuseTask(framework, offer.agent, task, "REASON_TASK_GROUP_INVALID", message);
      }
      return available;
    }
    this.refuseOperation(framework, operation);
    return available;
  }

  private launch(framework: Framework, { agent, role }: Offer, info: TaskInfo, available: Resources): Resources {
    const problem = taskProblem(info, framework, agent, role, available);
    if (problem !== undefined) {
      this.refuseTask(framework, agent, info, "REASON_TASK_INVALID", problem);
      return available;
    }
    const resources = Resources.of(info.resources);
    const task = { ...info, resources: resources.toList({ allocation: role }) };
    this.leadership.cluster.addTask(framework, agent, taskOf(task, framework));
    agent.connection?.send({ type: "RUN_TASK", run_task: { framework_info: framework.info, task } });
    return available.minus(resources);
  }

  private refuseTask(
    framework: Framework,
    agent: Agent,
    task: TaskInfo,
    reason: "REASON_TASK_INVALID" | "REASON_TASK_GROUP_INVALID",
    message: string,
  ): void {
    const status = { taskId: task.task_id.value, agentId: agent.id, state: "TASK_ERROR", reason, message } as const;
    this.leadership.counters.add("master/tasks_error");
    this.updates.tell(framework, masterStatus(framework, status));
  }

  /** As upstream for an operation it finds invalid: nothing is done, and it is said where the operation has an id. */
  private refuseOperation(framework: Framework, operation: AnyOperation): void {
    const message = `Operation ${operation.type ?? "without a type"} is not part of this master`;
    this.leadership.log.warn({ framework: framework.id, operation: operation.type }, "operation refused");
    if (operation.id) {
      const status = { operation_id: operation.id, state: "OPERATION_ERROR", message };
      this.updates.send(framework, { type: "UPDATE_OPERATION_STATUS", update_operation_status: { status } });
    }
  }

  private dropAll(framework: Framework, operations: AnyOperation[], problem: string): void {
    const tasks = operations.flatMap(({ launch, launch_group }) => [
      ...(launch?.task_infos ?? []),
      ...(launch_group?.task_group.tasks ?? []),
    ]);
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

/** What is wrong with the offers of one call: all must be the framework's, of one agent and one role. */
function offerProblem(offers: ReadonlyMap<string, Offer>, framework: Framework, ids: Value[]): string | undefined {
  const seen = new Set<string>();
  let first: Offer | undefined;
  for (const { value } of ids) {
    const offer = offers.get(value);
    if (seen.has(value)) {
      return `Duplicate offer ${value} in offer list`;
    }
    if (!offer || offer.framework !== framework) {
      return `Offer ${value} is no longer valid`;
    }
    seen.add(value);
    first ??= offer;
    if (offer.agent !== first.agent) {
      return `Aggregated offers must belong to one single agent. Offer ${value} uses agent ${offer.agent.id} and agent ${first.agent.id}`;
    }
    if (offer.role !== first.role) {
      return `Aggregated offers must be allocated to the same role. Offer ${value} uses role ${offer.role} but another is using role ${first.role}`;
    }
  }
  return undefined;
}

/** What the master keeps of a launched task. */
function taskOf(info: TaskInfo, framework: Framework): Task {
  const { labels, discovery, container, health_check, kill_policy, max_completion_time, limits, command } = info;
  return {
    name: info.name,
    task_id: info.task_id,
    framework_id: { value: framework.id },
    agent_id: info.agent_id,
    state: "TASK_STAGING",
    resources: info.resources ?? [],
    statuses: [],
    ...(command?.user === undefined ? {} : { user: command.user }),
    ...Object.fromEntries(
      Object.entries({ labels, discovery, container, health_check, kill_policy, max_completion_time, limits }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  };
}
