import { MESOS_VERSION } from "@drover/emulator/http/version";
import type { DrainConfig, MasterToAgent, Register } from "@drover/emulator/protocol/agent";
import { readMessage } from "@drover/emulator/protocol/json-message";
import type { Logger } from "@drover/lib/log";
import type {
  AgentInfo,
  ExecutorInfo,
  FrameworkInfo,
  KillPolicy,
  Resource,
  Task,
  TaskInfo,
} from "@drover/lib/mesos/types";
import { CAPABILITIES } from "./capabilities";
import type { Checkpoint } from "./checkpoint/checkpoint";
import { type Identity, pidOf } from "./identity";
import type { AgentMessage } from "./master/link";
import { Metrics } from "./metrics";
import { withCheckpointed } from "./resources/checkpointed";
import { Launcher, type LauncherOptions } from "./tasks/launcher";
import { type FrameworkTasks, TaskRegistry } from "./tasks/task-registry";
import { toTask } from "./tasks/tracked-task";
import type { PersistentVolumes } from "./volumes/persistent-volumes";

export interface AgentOptions
  extends Pick<LauncherOptions, "containerizerFor" | "launchLimitMs" | "graceMs" | "prepareSandbox"> {
  /** Without id; resources as the flags say. */
  info: AgentInfo;
  identity: Identity;
  checkpoint: Checkpoint;
  volumes: PersistentVolumes;
  maxCompletedPerFramework: number;
  /** Says something to the master, as far as it is connected. */
  send(message: AgentMessage): Promise<void>;
  /** The master wants this agent gone; all tasks are being killed. */
  onShutdown(reason: string): void;
  log: Logger;
}

/** A drain that is under way. */
export interface Drain {
  config: DrainConfig;
  startSeconds: number;
}

/** Runs tasks for the master and keeps it informed. What it says and hears is in emulator/protocol/agent.ts. */
export class Agent {
  readonly tasks: TaskRegistry;
  readonly metrics = new Metrics();
  readonly startMs = Date.now();
  private readonly launcher: Launcher;
  private agentId: string | undefined;
  private checkpointed: Resource[] = [];
  private draining: Drain | undefined;

  constructor(private readonly options: AgentOptions) {
    this.tasks = new TaskRegistry(options.maxCompletedPerFramework);
    this.launcher = new Launcher(this.tasks, this.metrics, {
      ...options,
      agentId: () => this.ownId(),
      agentAddress: options.identity.ip,
      sendUpdate: (frameworkId, status) =>
        void options.send({ type: "UPDATE", update: { framework_id: { value: frameworkId }, status } }),
      onPodEnded: ({ info }) => this.exited(info.executor),
    });
  }

  /** Undefined until the first registration. */
  get id(): string | undefined {
    return this.agentId;
  }

  /** As it registered: dynamic reservations and volumes are not in its resources. */
  get info(): AgentInfo {
    const { info } = this.options;
    return this.agentId === undefined ? info : { ...info, id: { value: this.agentId } };
  }

  /** What there is, with dynamic reservations and volumes. */
  get resources(): Resource[] {
    return withCheckpointed(this.options.info.resources ?? [], this.checkpointed);
  }

  /** Undefined when none is under way; it ends with the last task. */
  get drain(): Drain | undefined {
    return this.draining;
  }

  /** Takes up identity and tasks of an earlier life. Nothing is sent before the registration. */
  async recover(agentId: string): Promise<void> {
    this.agentId = agentId;
    const { checkpoint, log } = this.options;
    this.checkpointed = checkpoint.resources();
    for (const recovered of checkpoint.recover(agentId)) {
      const { id } = recovered.info;
      if (id === undefined) {
        continue;
      }
      const framework = this.tasks.putFramework({ ...recovered.info, id });
      await this.launcher.recover(framework, recovered);
      log.info({ framework: id.value, tasks: recovered.runs.length, pods: recovered.pods.length }, "recovered");
    }
  }

  registration(): Register["register"] {
    const id = this.agentId;
    const frameworks = [...this.tasks.frameworks.values()];
    return {
      agent_info: this.info,
      pid: pidOf(this.options.identity),
      version: MESOS_VERSION,
      tasks: id === undefined ? [] : this.tasks.all().map((task) => withoutData(toTask(task, id))),
      frameworks: frameworks.map(({ info }) => info),
      executors: frameworks.flatMap(({ pods }) => [...pods.values()].map(({ info }) => info.executor)),
      checkpointed_resources: this.checkpointed,
      capabilities: CAPABILITIES.map((type) => ({ type })),
    };
  }

  receive(message: MasterToAgent): void {
    this.options.log.debug({ message: message.type }, "from the master");
    switch (message.type) {
      case "REGISTERED":
        this.registered(message.registered.agent_id.value);
        break;
      case "RUN_TASK":
        this.runTask(message.run_task.framework_info, message.run_task.task);
        break;
      case "RUN_TASK_GROUP": {
        const { framework_info, executor, tasks } = message.run_task_group;
        this.runGroup(framework_info, executor, tasks);
        break;
      }
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
      case "SHUTDOWN_EXECUTOR": {
        const { framework_id, executor_id } = message.shutdown_executor;
        this.shutdownExecutor(framework_id.value, executor_id.value);
        break;
      }
      case "SHUTDOWN_FRAMEWORK":
        this.shutdownFramework(message.shutdown_framework.framework_id.value);
        break;
      case "UPDATE_FRAMEWORK":
        this.updateFramework(message.update_framework.framework_info);
        break;
      case "CHECKPOINT_RESOURCES":
        this.checkpointResources(message.checkpoint_resources.resources);
        break;
      case "DRAIN":
        this.startDrain(message.drain.config);
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
    await Promise.all(this.tasks.all().map((tracked) => this.launcher.abandon(tracked)));
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

  private runTask(info: FrameworkInfo, given: TaskInfo): void {
    const task = withDefaults(given);
    const framework = this.accept(info, [task]);
    if (framework !== undefined) {
      this.launcher.run(framework, task);
    }
  }

  private runGroup(info: FrameworkInfo, executor: ExecutorInfo, given: readonly TaskInfo[]): void {
    const tasks = given.map(withDefaults);
    const framework = this.accept(info, tasks);
    if (framework !== undefined) {
      this.launcher.runGroup(framework, executor, tasks);
    }
  }

  /** The framework of tasks to run; undefined when one of them is here already. */
  private accept(info: FrameworkInfo, tasks: readonly TaskInfo[]): FrameworkTasks | undefined {
    const { id } = info;
    const known = tasks.find(({ task_id }) => id === undefined || this.tasks.find(id.value, task_id.value));
    if (id === undefined || known !== undefined) {
      const task = known?.task_id.value;
      this.options.log.warn({ framework: id?.value, task }, "a task that is already here is not run again");
      return undefined;
    }
    const framework = this.tasks.putFramework({ ...info, id });
    this.options.checkpoint.saveFramework(this.ownId(), framework.info);
    return framework;
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
      this.launcher.complete(tracked);
      this.endDrain();
    }
  }

  /** The executor of a command or Docker task has the task's id. */
  private shutdownExecutor(frameworkId: string, executorId: string): void {
    const framework = this.tasks.frameworks.get(frameworkId);
    framework?.pods.get(executorId)?.kill();
    const tracked = framework?.tasks.get(executorId);
    if (tracked?.pod === undefined) {
      tracked?.taskRun.kill();
    }
  }

  private shutdownFramework(frameworkId: string): void {
    for (const tracked of this.tasks.frameworks.get(frameworkId)?.tasks.values() ?? []) {
      void this.launcher.abandon(tracked).then(() => this.endDrain());
    }
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

  private checkpointResources(resources: Resource[]): void {
    try {
      const { volumes, checkpoint } = this.options;
      volumes.create(resources);
      checkpoint.saveResources(resources);
      volumes.removeMissing(this.checkpointed, resources);
      this.checkpointed = resources;
    } catch (error) {
      // Going on would let tasks run without the volumes that the master believes in.
      this.options.onShutdown(`reservations and volumes cannot be kept: ${(error as Error).message}`);
    }
  }

  private startDrain(config: DrainConfig): void {
    const limitMs = config.max_grace_period ? config.max_grace_period.nanoseconds / 1e6 : Number.POSITIVE_INFINITY;
    this.draining = { config, startSeconds: Math.floor(Date.now() / 1000) };
    this.options.log.info({ config, tasks: this.tasks.all().length }, "draining");
    for (const { taskRun } of this.tasks.all()) {
      taskRun.drain(limitMs);
    }
    this.endDrain();
  }

  private endDrain(): void {
    if (this.draining && !this.draining.config.mark_gone && this.tasks.all().length === 0) {
      this.draining = undefined;
    }
  }

  private exited({ framework_id, executor_id }: ExecutorInfo): void {
    if (framework_id !== undefined) {
      void this.options.send({ type: "EXITED_EXECUTOR", exited_executor: { framework_id, executor_id, status: 0 } });
    }
  }

  private ownId(): string {
    if (this.agentId === undefined) {
      throw new Error("a task came before the registration");
    }
    return this.agentId;
  }
}

/** Upstream shows the defaults of some fields as if they had been set. */
function withDefaults(task: TaskInfo): TaskInfo {
  return readMessage("TaskInfo", task) as unknown as TaskInfo;
}

/** Masters do not keep the `data` of statuses, and a hundred of them would be a megabyte. */
function withoutData(task: Task): Task {
  return { ...task, statuses: task.statuses.map(({ data, ...status }) => status) };
}
