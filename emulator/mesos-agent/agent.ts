import { randomUUID } from "node:crypto";
import { MESOS_VERSION } from "@drover/emulator/http/version";
import type { MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import type { Logger } from "@drover/lib/log";
import type { AgentInfo, FrameworkInfo, KillPolicy, Task, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import type { Checkpoint, RecoveredRun } from "./checkpoint/checkpoint";
import type { Containerizer, Run } from "./container";
import { type Identity, pidOf } from "./identity";
import type { AgentMessage } from "./master/link";
import { Metrics } from "./metrics";
import { prepareSandbox, touchSandbox } from "./sandbox";
import { type FrameworkTasks, TaskRegistry } from "./tasks/task-registry";
import { TaskRun } from "./tasks/task-run";
import { type TrackedTask, toTask } from "./tasks/tracked-task";
import { UpdateStream } from "./updates/update-stream";

export interface AgentOptions {
  /** Without id. */
  info: AgentInfo;
  identity: Identity;
  checkpoint: Checkpoint;
  containerizerFor(task: TaskInfo): Containerizer;
  maxCompletedPerFramework: number;
  launchLimitMs: number;
  graceMs: number;
  fetchStallMs: number;
  /** The user whose sandbox it is; undefined: the agent's own (flag switch_user). */
  userOf(run: Run): string | undefined;
  /** Says something to the master, as far as it is connected. */
  send(message: AgentMessage): Promise<void>;
  /** The master wants this agent gone; all tasks are being killed. */
  onShutdown(reason: string): void;
  log: Logger;
}

/** Runs tasks for the master and keeps it informed. What it says and hears is in emulator/protocol/agent.ts. */
export class Agent {
  readonly tasks: TaskRegistry;
  readonly metrics = new Metrics();
  readonly startMs = Date.now();
  private agentId: string | undefined;

  constructor(private readonly options: AgentOptions) {
    this.tasks = new TaskRegistry(options.maxCompletedPerFramework);
  }

  /** Undefined until the first registration. */
  get id(): string | undefined {
    return this.agentId;
  }

  get info(): AgentInfo {
    const { info } = this.options;
    return this.agentId === undefined ? info : { ...info, id: { value: this.agentId } };
  }

  /** Takes up identity and tasks of an earlier life. Nothing is sent before the registration. */
  async recover(agentId: string): Promise<void> {
    this.agentId = agentId;
    const { checkpoint, log } = this.options;
    for (const { info, runs } of checkpoint.recover(agentId)) {
      const { id } = info;
      if (id === undefined) {
        continue;
      }
      const framework = this.tasks.putFramework({ ...info, id });
      await Promise.all(runs.map((run) => this.recoverRun(framework, run)));
      log.info({ framework: id.value, tasks: runs.length }, "recovered");
    }
  }

  registration(): Register["register"] {
    const tracked = this.tasks.all();
    const id = this.agentId;
    return {
      agent_info: this.info,
      pid: pidOf(this.options.identity),
      version: MESOS_VERSION,
      tasks: id === undefined ? [] : tracked.map((task) => withoutData(toTask(task, id))),
      frameworks: [...this.tasks.frameworks.values()].map(({ info }) => info),
    };
  }

  receive(message: MasterToAgent): void {
    switch (message.type) {
      case "REGISTERED":
        this.registered(message.registered.agent_id.value);
        break;
      case "RUN_TASK":
        this.runTask(message.run_task.framework_info, message.run_task.task);
        break;
      case "KILL_TASK": {
        const { framework_id, task_id, kill_policy } = message.kill_task;
        this.killTask(framework_id.value, task_id.value, kill_policy);
        break;
      }
      case "ACKNOWLEDGE": {
        const { framework_id, task_id, uuid } = message.acknowledge;
        this.acknowledge(framework_id.value, task_id.value, uuid);
        break;
      }
      case "SHUTDOWN_FRAMEWORK":
        this.shutdownFramework(message.shutdown_framework.framework_id.value);
        break;
      case "UPDATE_FRAMEWORK":
        this.updateFramework(message.update_framework.framework_info);
        break;
      case "SHUTDOWN":
        this.options.onShutdown(message.shutdown.message);
        break;
      case "PING": // the link answers it
        break;
    }
  }

  /** Kills and forgets every task without telling anybody, and waits until they have ended; the grace is the agent's. */
  async killAll(): Promise<void> {
    await Promise.all(this.tasks.all().map((tracked) => this.abandon(tracked)));
  }

  private registered(agentId: string): void {
    if (this.agentId !== undefined && this.agentId !== agentId) {
      this.options.onShutdown(`the master knows this agent as ${agentId}, not as ${this.agentId}`);
      return;
    }
    this.agentId = agentId;
    this.options.checkpoint.saveAgent({ ...this.info, id: { value: agentId } });
    this.options.log.info({ agent: agentId }, "registered");
    for (const { updates } of this.tasks.all()) {
      updates.resend();
    }
  }

  private runTask(info: FrameworkInfo, task: TaskInfo): void {
    const { id } = info;
    const taskId = task.task_id.value;
    if (id === undefined || this.tasks.find(id.value, taskId) !== undefined) {
      this.options.log.warn({ framework: id?.value, task: taskId }, "a task that is already here is not run again");
      return;
    }
    const framework = this.tasks.putFramework({ ...info, id });
    const tracked = this.track(framework, task, randomUUID());
    const { run } = tracked.taskRun;
    this.options.checkpoint.saveFramework(this.ownId(), framework.info);
    this.options.checkpoint.saveRun(this.ownId(), run, task);
    void tracked.taskRun.start();
  }

  private killTask(frameworkId: string, taskId: string, policy: KillPolicy | undefined): void {
    const tracked = this.tasks.find(frameworkId, taskId);
    if (tracked === undefined) {
      this.options.log.warn({ framework: frameworkId, task: taskId }, "a task that is not here cannot be killed");
    }
    tracked?.taskRun.kill(policy);
  }

  private acknowledge(frameworkId: string, taskId: string, uuid: string): void {
    const tracked = this.tasks.find(frameworkId, taskId);
    if (tracked?.updates.acknowledge(uuid) !== undefined && tracked.updates.isDone) {
      this.complete(tracked);
    }
  }

  private shutdownFramework(frameworkId: string): void {
    for (const tracked of this.tasks.frameworks.get(frameworkId)?.tasks.values() ?? []) {
      void this.abandon(tracked);
    }
  }

  private async abandon(tracked: TrackedTask): Promise<void> {
    tracked.updates.stop();
    tracked.taskRun.kill({ grace_period: { nanoseconds: this.options.graceMs * 1e6 } });
    await tracked.taskRun.over;
    this.complete(tracked);
  }

  private updateFramework(info: FrameworkInfo): void {
    const { id } = info;
    if (id === undefined || !this.tasks.frameworks.has(id.value)) {
      return; // nothing of it is here
    }
    const framework = this.tasks.putFramework({ ...info, id });
    this.options.checkpoint.saveFramework(this.ownId(), framework.info);
    for (const { updates } of framework.tasks.values()) {
      updates.resend();
    }
  }

  private async recoverRun(framework: FrameworkTasks, recovered: RecoveredRun): Promise<void> {
    const { task, containerId, log } = recovered;
    const tracked = this.track(framework, task, containerId);
    tracked.updates.replay(log);
    if (tracked.updates.isDone) {
      this.complete(tracked);
      return;
    }
    const statuses = log.flatMap((entry) => (entry.type === "UPDATE" ? [entry.status] : []));
    if (framework.info.checkpoint) {
      await tracked.taskRun.recover(statuses);
      return;
    }
    tracked.updates.stop(); // the master has already given the task up as TASK_LOST
    await tracked.taskRun.recover(statuses);
    await this.abandon(tracked);
  }

  private track(framework: FrameworkTasks, task: TaskInfo, containerId: string): TrackedTask {
    const { checkpoint, log, launchLimitMs, graceMs, userOf, fetchStallMs, identity } = this.options;
    const agentId = this.ownId();
    const executorId = task.task_id.value;
    const id = { frameworkId: framework.info.id.value, executorId, containerId };
    const run: Run = { ...id, task, framework: framework.info, sandbox: checkpoint.paths.sandbox(agentId, id) };
    const updates = new UpdateStream(
      (status) => this.sendUpdate(id.frameworkId, status),
      (entry) => checkpoint.logUpdate(agentId, id, entry),
    );
    const taskRun = new TaskRun(run, {
      containerizer: this.options.containerizerFor(task),
      origin: { agentId, agentAddress: identity.ip },
      prepareSandbox: (signal) => prepareSandbox(run, userOf(run), fetchStallMs, signal),
      launchLimitMs,
      defaultGraceMs: graceMs,
      report: (status) => {
        this.metrics.count(status);
        updates.add(status);
      },
      log,
    });
    const tracked = { taskRun, updates };
    framework.tasks.set(executorId, tracked);
    return tracked;
  }

  private sendUpdate(frameworkId: string, status: TaskStatus): void {
    void this.options.send({ type: "UPDATE", update: { framework_id: { value: frameworkId }, status } });
  }

  private complete({ taskRun }: TrackedTask): void {
    const { run } = taskRun;
    const { checkpoint } = this.options;
    touchSandbox(run.sandbox);
    checkpoint.removeRun(this.ownId(), run);
    if (this.tasks.complete(run.frameworkId, run.executorId)) {
      checkpoint.removeFramework(this.ownId(), run.frameworkId);
    }
  }

  private ownId(): string {
    if (this.agentId === undefined) {
      throw new Error("a task came before the registration");
    }
    return this.agentId;
  }
}

/** Masters do not keep the `data` of statuses, and a hundred of them would be a megabyte. */
function withoutData(task: Task): Task {
  return { ...task, statuses: task.statuses.map(({ data, ...status }) => status) };
}
