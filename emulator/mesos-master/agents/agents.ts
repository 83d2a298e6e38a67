import type { MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { AGENT_CAPABILITIES } from "@drover/emulator/protocol/capabilities";
import { type ExecutorInfo, isTerminal, type Task, type TaskStatus } from "@drover/lib/mesos/types";
import type { Allocator } from "../allocation/allocator";
import type { Offers } from "../allocation/offers";
import { nowSeconds } from "../clock";
import type { Frameworks } from "../frameworks/frameworks";
import { latestStatus, type MasterStatus, masterStatus, type TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import { type Agent, type Connection, type Framework, rolesOf, type TaskRecord, taskKey } from "../model";
import { withCheckpointed } from "../resources/resource-operations";
import { Resources } from "../resources/resources";

type Registration = Register["register"];

/** Why an agent is taken out, as its tasks' frameworks are told. TASK_UNREACHABLE lets the tasks come back. */
export type Loss = Pick<MasterStatus, "state" | "reason" | "message" | "unreachableSeconds">;

/** Comings and goings of agents, and what they do to tasks. */
export class Agents {
  private next = 0;

  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
    private readonly offers: Offers,
    private readonly frameworks: Frameworks,
    private readonly allocator: Allocator,
  ) {}

  /** A new id for an agent that comes without one. */
  newId(): string {
    return `${this.leadership.info.id}-S${this.next++}`;
  }

  /**
   * Takes an agent that the registry has admitted: a new one, or one that is back after a broken connection, a time
   * out of reach, or a failover of the master.
   */
  admit(id: string, registration: Registration, connection: Connection<MasterToAgent>): Agent {
    const { cluster, counters, flags, log } = this.leadership;
    const known = cluster.agents.get(id);
    const wasUnreachable = cluster.unreachableAgents.has(id);
    const agent = known ?? this.add(id, registration);
    known?.connection?.end();
    agent.connection = connection;
    agent.info = { ...registration.agent_info, id: { value: id } };
    agent.pid = registration.pid;
    agent.version = registration.version;
    agent.capabilities = registration.capabilities?.map(({ type }) => type) ?? AGENT_CAPABILITIES;
    const checkpointed = Resources.of(registration.checkpointed_resources);
    cluster.setTotal(agent, withCheckpointed(Resources.of(registration.agent_info.resources), checkpointed));
    agent.missedPings = 0;
    agent.hasAnswered = true;
    if (registration.agent_info.id) {
      agent.reregisteredSeconds = nowSeconds();
    }
    counters.add(registration.agent_info.id ? "master/slave_reregistrations" : "master/slave_registrations");
    log.info({ agent: id, hostname: agent.info.hostname, tasks: registration.tasks.length }, "agent registered");
    const total_ping_timeout_seconds = (flags.agent_ping_timeout * flags.max_agent_ping_timeouts) / 1000;
    const registered = { agent_id: { value: id }, stream_id: connection.streamId, total_ping_timeout_seconds };
    connection.send({ type: "REGISTERED", registered });
    this.recoverFrameworks(agent, registration);
    this.takeExecutors(agent, registration.executors ?? []);
    this.takeTasks(agent, registration.tasks, known !== undefined, wasUnreachable);
    this.sendPendingKills(agent);
    if (!known) {
      this.leadership.watchers.agentAdded(agent);
    }
    this.allocator.runSoon();
    return agent;
  }

  /** The stream with this id has gone: no offers, until the agent is back or given up. */
  disconnect(agent: Agent, streamId: string): void {
    if (agent.connection?.streamId !== streamId) {
      return;
    }
    agent.connection = undefined;
    this.leadership.log.warn({ agent: agent.id }, "agent disconnected");
    this.offers.rescindAgent(agent);
    for (const [framework, record] of this.tasksOf(agent)) {
      // Only checkpointing frameworks' tasks are taken to survive the end of an agent's process.
      if (framework.info.checkpoint !== true) {
        const status = {
          taskId: record.task.task_id.value,
          agentId: agent.id,
          state: "TASK_LOST",
          reason: "REASON_AGENT_DISCONNECTED",
          message: `Agent ${agent.info.hostname} disconnected`,
        } as const;
        this.updates.end(framework, record, masterStatus(framework, status));
      }
    }
  }

  /** Takes an agent out of the cluster; the frameworks are told, of their tasks first. */
  remove(agent: Agent, loss: Loss): void {
    const { cluster } = this.leadership;
    clearInterval(agent.pings);
    this.offers.rescindAgent(agent);
    for (const [framework, record] of this.tasksOf(agent)) {
      const status = masterStatus(framework, { ...loss, taskId: record.task.task_id.value, agentId: agent.id });
      if (loss.state === "TASK_UNREACHABLE" && !isTerminal(record.task.state)) {
        this.updates.park(framework, record, status);
      } else {
        this.updates.end(framework, record, status);
      }
    }
    cluster.removeAgent(agent);
    const { connection } = agent;
    agent.connection = undefined;
    connection?.end();
    this.announceLoss(agent.id);
  }

  /** Tells every framework that an agent is lost. */
  announceLoss(agentId: string): void {
    for (const framework of this.leadership.cluster.frameworks.values()) {
      this.updates.send(framework, { type: "FAILURE", failure: { agent_id: { value: agentId } } });
    }
  }

  /** A status update from an agent; one of a task that is history here is passed on too, so that it is acknowledged. */
  receiveUpdate(agent: Agent, frameworkId: string, status: TaskStatus): void {
    const { cluster, counters } = this.leadership;
    const framework = cluster.frameworks.get(frameworkId);
    counters.add(framework ? "master/valid_status_updates" : "master/invalid_status_updates");
    if (!framework) {
      agent.connection?.send(shutdownOf(frameworkId));
      return;
    }
    const record = framework.tasks.get(status.task_id.value);
    if (record?.task.agent_id.value === agent.id) {
      this.updates.relay(framework, record, status);
    } else {
      this.updates.tell(framework, status);
    }
  }

  /** A default executor has ended; its framework is told. */
  executorExited(agent: Agent, frameworkId: string, executorId: string, status: number): void {
    const framework = this.leadership.cluster.frameworks.get(frameworkId);
    this.leadership.cluster.removeExecutor(agent, frameworkId, executorId);
    if (framework) {
      const failure = { agent_id: { value: agent.id }, executor_id: { value: executorId }, status };
      this.updates.send(framework, { type: "FAILURE", failure });
    }
    this.allocator.runSoon();
  }

  /** The tasks of an agent with their frameworks. */
  tasksOf(agent: Agent): [Framework, TaskRecord][] {
    return [...agent.tasks.values()].flatMap((record): [Framework, TaskRecord][] => {
      const framework = this.leadership.cluster.frameworks.get(record.task.framework_id.value);
      return framework ? [[framework, record]] : [];
    });
  }

  private add(id: string, registration: Registration): Agent {
    const agent: Agent = {
      id,
      info: registration.agent_info,
      pid: registration.pid,
      version: registration.version,
      capabilities: [],
      total: Resources.none,
      used: Resources.none,
      offered: Resources.none,
      tasks: new Map(),
      executors: new Map(),
      offers: new Set(),
      pendingKills: new Map(),
      registeredSeconds: nowSeconds(),
      missedPings: 0,
      hasAnswered: true,
      deactivated: false,
    };
    this.leadership.cluster.addAgent(agent);
    return agent;
  }

  private recoverFrameworks(agent: Agent, registration: Registration): void {
    for (const info of registration.frameworks) {
      if (!this.frameworks.recover(info) && info.id) {
        agent.connection?.send(shutdownOf(info.id.value));
      }
    }
  }

  /** The agent's own list is the true one. */
  private takeExecutors(agent: Agent, reported: ExecutorInfo[]): void {
    const { cluster } = this.leadership;
    const keys = new Set(reported.map((info) => taskKey(info.framework_id?.value ?? "", info.executor_id.value)));
    for (const [key, { frameworkId, info }] of [...agent.executors]) {
      if (!keys.has(key)) {
        cluster.removeExecutor(agent, frameworkId, info.executor_id.value);
      }
    }
    for (const info of reported) {
      const framework = cluster.frameworks.get(info.framework_id?.value ?? "");
      if (framework) {
        const role = info.resources?.[0]?.allocation_info?.role ?? rolesOf(framework.info)[0] ?? "*";
        cluster.addExecutor(agent, { info, frameworkId: framework.id, role, resources: Resources.of(info.resources) });
      }
    }
  }

  /** Brings the master's and the agent's lists of tasks together. */
  private takeTasks(agent: Agent, reported: Task[], wasKnown: boolean, wasUnreachable: boolean): void {
    const keys = new Set(reported.map((task) => taskKey(task.framework_id.value, task.task_id.value)));
    for (const [framework, record] of this.tasksOf(agent)) {
      if (!keys.has(taskKey(framework.id, record.task.task_id.value))) {
        this.dropForgotten(agent, framework, record.task.task_id.value);
      }
    }
    for (const task of reported) {
      const framework = this.leadership.cluster.frameworks.get(task.framework_id.value);
      if (framework && !agent.tasks.has(taskKey(framework.id, task.task_id.value))) {
        this.takeTask(agent, framework, task, wasKnown, wasUnreachable);
      }
    }
  }

  private takeTask(agent: Agent, framework: Framework, task: Task, wasKnown: boolean, wasUnreachable: boolean): void {
    const taskId = task.task_id;
    if (wasKnown && isTerminal(task.state)) {
      return; // it is history here; the agent sends the update whose acknowledgement it has missed
    }
    if (wasKnown) {
      // It was given up as lost when the agent's connection broke, so it must not run on unknown to its framework.
      agent.connection?.send({
        type: "KILL_TASK",
        kill_task: { framework_id: { value: framework.id }, task_id: taskId },
      });
      return;
    }
    framework.unreachableTasks.delete(taskId.value);
    const record = this.leadership.cluster.addTask(framework, agent, { ...task, agent_id: { value: agent.id } });
    this.leadership.watchers.taskAdded(framework, record);
    if (wasUnreachable && !isTerminal(task.state)) {
      const message = "Unreachable agent re-reregistered"; // upstream's spelling
      this.updates.tell(framework, latestStatus(record, "REASON_AGENT_REREGISTERED", message));
    }
  }

  /** A task that the agent never got, or has acknowledged as ended by an earlier master. */
  private dropForgotten(agent: Agent, framework: Framework, taskId: string): void {
    const record = framework.tasks.get(taskId);
    if (record) {
      const status = {
        taskId,
        agentId: agent.id,
        state: "TASK_DROPPED",
        reason: "REASON_RECONCILIATION",
        message: "Reconciliation: Task is unknown to the agent",
      } as const;
      this.updates.end(framework, record, masterStatus(framework, status));
    }
  }

  private sendPendingKills(agent: Agent): void {
    for (const { frameworkId, taskId, killPolicy } of agent.pendingKills.values()) {
      agent.connection?.send({
        type: "KILL_TASK",
        kill_task: { framework_id: { value: frameworkId }, task_id: { value: taskId }, kill_policy: killPolicy },
      });
    }
    agent.pendingKills.clear();
  }
}

function shutdownOf(frameworkId: string): MasterToAgent {
  return { type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: { value: frameworkId } } };
}
