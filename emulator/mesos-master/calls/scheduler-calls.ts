import { invalid } from "@drover/emulator/protocol/call";
import { HttpError } from "@drover/lib/http/reply";
import { type Call, isTerminal } from "@drover/lib/mesos/types";
import type { Acls } from "../access/acls";
import type { Maintenance } from "../agents/maintenance";
import type { Allocator } from "../allocation/allocator";
import { constraintsProblem } from "../allocation/offer-constraints";
import type { Offers } from "../allocation/offers";
import type { Frameworks } from "../frameworks/frameworks";
import type { TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import { type Framework, rolesOf, taskKey } from "../model";
import type { Operations } from "../resources/operations";
import { frameworkProblem, mayRegister, updateProblem } from "../validation/framework-validation";
import type { Acceptance } from "./acceptance";
import { reconcileAll, reconcileTask } from "./reconciliation";

type Body<Type extends Call["type"]> = Extract<Call, { type: Type }>;

/** What subscribed frameworks can ask for, SUBSCRIBE apart. */
export class SchedulerCalls {
  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
    private readonly acceptance: Acceptance,
    private readonly operations: Operations,
    private readonly maintenance: Maintenance,
    private readonly frameworks: Frameworks,
    private readonly allocator: Allocator,
    private readonly acls: Acls,
  ) {}

  /** Carries a call out. @throws HttpError 400 when its content is refused as a whole */
  handle(framework: Framework, call: Exclude<Call, { type: "SUBSCRIBE" }>): void {
    switch (call.type) {
      case "TEARDOWN":
        this.frameworks.remove(framework);
        break;
      case "ACCEPT": {
        const { offer_ids = [], operations = [], filters } = call.accept;
        this.acceptance.accept(framework, offer_ids, operations, filters?.refuse_seconds);
        break;
      }
      case "DECLINE":
        this.decline(framework, call);
        break;
      case "REVIVE":
        this.revive(framework, call.revive?.roles ?? []);
        break;
      case "SUPPRESS":
        this.suppress(framework, call.suppress?.roles ?? []);
        break;
      case "KILL":
        this.kill(framework, call);
        break;
      case "SHUTDOWN":
        this.shutdown(framework, call);
        break;
      case "ACKNOWLEDGE":
        this.acknowledge(framework, call);
        break;
      case "RECONCILE":
        this.reconcile(framework, call);
        break;
      case "UPDATE_FRAMEWORK":
        this.update(framework, call);
        break;
      case "MESSAGE":
        // For executors of the framework's own; built-in ones, the only ones here, discard messages upstream too.
        this.leadership.counters.add("master/dropped_messages");
        break;
      case "ACCEPT_INVERSE_OFFERS":
        this.maintenance.answer(framework, call.accept_inverse_offers.inverse_offer_ids ?? [], "ACCEPT");
        break;
      case "DECLINE_INVERSE_OFFERS":
        this.maintenance.answer(framework, call.decline_inverse_offers.inverse_offer_ids ?? [], "DECLINE");
        break;
      case "ACKNOWLEDGE_OPERATION_STATUS":
        this.operations.acknowledge(framework, call.acknowledge_operation_status.uuid);
        break;
      case "RECONCILE_OPERATIONS":
        this.operations.reconcile(framework, call.reconcile_operations.operations ?? []);
        break;
      case "REQUEST":
        break; // upstream's allocator does not act on it either
    }
  }

  private decline(framework: Framework, { decline }: Body<"DECLINE">): void {
    const { cluster } = this.leadership;
    for (const { value } of decline.offer_ids ?? []) {
      const offer = cluster.offers.get(value);
      if (offer?.framework === framework) {
        cluster.removeOffer(offer);
        this.offers.refuse(framework, offer.role, offer.agent, offer.resources, decline.filters?.refuse_seconds);
      }
    }
  }

  private revive(framework: Framework, roles: string[]): void {
    for (const role of roles.length > 0 ? roles : rolesOf(framework.info)) {
      framework.suppressed.delete(role);
      framework.filters.delete(role);
    }
    this.allocator.runSoon();
  }

  private suppress(framework: Framework, roles: string[]): void {
    const own = rolesOf(framework.info);
    for (const role of roles.length > 0 ? roles.filter((name) => own.includes(name)) : own) {
      framework.suppressed.add(role);
    }
  }

  private kill(framework: Framework, { kill }: Body<"KILL">): void {
    const { cluster, log } = this.leadership;
    const taskId = kill.task_id.value;
    const record = framework.tasks.get(taskId);
    if (!record) {
      this.tellReconciled(framework, taskId, kill.agent_id?.value);
      return;
    }
    const agentId = record.task.agent_id.value;
    if (kill.agent_id && kill.agent_id.value !== agentId) {
      log.warn({ framework: framework.id, task: taskId, agent: kill.agent_id.value }, "KILL names the wrong agent");
      return;
    }
    const agent = cluster.agents.get(agentId);
    if (agent?.connection) {
      const { task_id, kill_policy } = kill;
      const kill_task = { framework_id: { value: framework.id }, task_id, ...(kill_policy ? { kill_policy } : {}) };
      agent.connection.send({ type: "KILL_TASK", kill_task });
    } else {
      agent?.pendingKills.set(taskKey(framework.id, taskId), {
        frameworkId: framework.id,
        taskId,
        killPolicy: kill.kill_policy,
      });
    }
  }

  /** A command task's executor has the task's id; shutting it down ends the task. */
  private shutdown(framework: Framework, { shutdown }: Body<"SHUTDOWN">): void {
    const { executor_id, agent_id } = shutdown;
    const agent = this.leadership.cluster.agents.get(agent_id.value);
    if (agent?.executors.has(taskKey(framework.id, executor_id.value))) {
      const framework_id = { value: framework.id };
      agent.connection?.send({ type: "SHUTDOWN_EXECUTOR", shutdown_executor: { framework_id, executor_id } });
      return;
    }
    const record = framework.tasks.get(shutdown.executor_id.value);
    if (record?.task.agent_id.value === shutdown.agent_id.value) {
      this.kill(framework, { type: "KILL", kill: { task_id: record.task.task_id, agent_id: shutdown.agent_id } });
    }
  }

  private acknowledge(framework: Framework, { acknowledge }: Body<"ACKNOWLEDGE">): void {
    const { agent_id, task_id, uuid } = acknowledge;
    const { cluster, counters } = this.leadership;
    const agent = cluster.agents.get(agent_id.value);
    counters.add(`master/${agent ? "valid" : "invalid"}_status_update_acknowledgements`);
    const record = framework.tasks.get(task_id.value);
    agent?.connection?.send({
      type: "ACKNOWLEDGE",
      acknowledge: { framework_id: { value: framework.id }, task_id, uuid },
    });
    if (!agent?.connection || !record) {
      return; // the agent sends the update again, and this framework acknowledges it again
    }
    const { status_update_state, status_update_uuid } = record.task;
    if (status_update_uuid === uuid && status_update_state !== undefined && isTerminal(status_update_state)) {
      this.updates.complete(framework, record);
    }
  }

  private reconcile(framework: Framework, { reconcile }: Body<"RECONCILE">): void {
    const tasks = reconcile.tasks ?? [];
    if (tasks.length === 0) {
      for (const status of reconcileAll(framework)) {
        this.updates.tell(framework, status);
      }
    }
    for (const { task_id, agent_id } of tasks) {
      this.tellReconciled(framework, task_id.value, agent_id?.value);
    }
  }

  private tellReconciled(framework: Framework, taskId: string, agentId: string | undefined): void {
    const status = reconcileTask(this.leadership.cluster, framework, taskId, agentId);
    if (status) {
      this.updates.tell(framework, status);
    }
  }

  private update(framework: Framework, { update_framework: update }: Body<"UPDATE_FRAMEWORK">): void {
    const { framework_info: info, suppressed_roles = [], offer_constraints } = update;
    if (info.id?.value !== framework.id) {
      throw invalid("scheduler::Call", "'framework_id' differs from 'update_framework.framework_info.id'");
    }
    const { root_submissions } = this.leadership.flags;
    const problem =
      frameworkProblem(info, suppressed_roles, root_submissions) ??
      updateProblem(framework.info, info) ??
      constraintsProblem(offer_constraints, rolesOf(info));
    if (problem !== undefined) {
      throw new HttpError(400, `FrameworkInfo update is not valid: ${problem}`);
    }
    if (!mayRegister(this.acls, info)) {
      throw new HttpError(403, `Not authorized to use roles { ${rolesOf(info).join(", ")} }`);
    }
    this.frameworks.update(framework, info, suppressed_roles, offer_constraints);
  }
}
