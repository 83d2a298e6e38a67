import { randomUUID } from "node:crypto";
import type { Logger } from "@drover/lib/log";
import type { ExecutorInfo, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import type { Checkpoint, RecoveredFramework, RecoveredPod, RecoveredRun } from "../checkpoint/checkpoint";
import type { RunId } from "../checkpoint/paths";
import type { Containerizer, Run } from "../container";
import type { Metrics } from "../metrics";
import { Pod } from "../pods/pod";
import { prepareExecutorSandbox, touchSandbox } from "../sandbox";
import { UpdateStream } from "../updates/update-stream";
import type { FrameworkTasks, TaskRegistry } from "./task-registry";
import { TaskRun } from "./task-run";
import type { TrackedTask } from "./tracked-task";

export interface LauncherOptions {
  /** The agent's id, known as soon as there are tasks. */
  agentId(): string;
  /** IPv4 address of tasks that have none of their own. */
  agentAddress: string;
  checkpoint: Checkpoint;
  containerizerFor(task: TaskInfo): Containerizer;
  launchLimitMs: number;
  graceMs: number;
  /** Makes the sandbox of a run and fetches what belongs there. */
  prepareSandbox(run: Run, signal: AbortSignal): Promise<void>;
  sendUpdate(frameworkId: string, status: TaskStatus): void;
  /** An executor of task groups has ended. */
  onPodEnded(pod: Pod): void;
  log: Logger;
}

/** Starts tasks, takes up those of an earlier life, and files away those that are done with. */
export class Launcher {
  constructor(
    private readonly tasks: TaskRegistry,
    private readonly metrics: Metrics,
    private readonly options: LauncherOptions,
  ) {}

  run(framework: FrameworkTasks, task: TaskInfo): void {
    const id = { frameworkId: framework.info.id.value, executorId: task.task_id.value, containerId: randomUUID() };
    const tracked = this.track(framework, task, id);
    this.save(tracked);
    void tracked.taskRun.start();
  }

  /** Starts a task group on its executor, which is made unless it runs already. */
  runGroup(framework: FrameworkTasks, executor: ExecutorInfo, tasks: readonly TaskInfo[]): void {
    const executorId = executor.executor_id.value;
    const running = framework.pods.get(executorId);
    const pod = running ?? this.pod(framework, executor, randomUUID());
    if (running === undefined) {
      prepareExecutorSandbox(pod.info.sandbox);
    }
    const { containerId } = pod.info;
    const id = { frameworkId: framework.info.id.value, executorId, parentId: containerId };
    const group = tasks.map((task) => this.track(framework, task, { ...id, containerId: randomUUID() }, pod));
    pod.add(group);
    this.options.checkpoint.saveExecutor(
      this.options.agentId(),
      { ...id, parentId: undefined, containerId },
      { executor: pod.info.executor, groups: pod.groups },
    );
    for (const tracked of group) {
      this.save(tracked);
      void tracked.taskRun.start();
    }
  }

  /** Takes up what an earlier life of the agent has left of a framework. */
  async recover(framework: FrameworkTasks, { runs, pods }: RecoveredFramework): Promise<void> {
    // All are there before the first is seen to be done with: the last task of a framework takes the framework along.
    const lone = runs.map((run) => [run, this.track(framework, run.task, run)] as const);
    const groups = pods.map((pod) => this.trackPod(framework, pod));
    const all = [...lone, ...groups.flatMap(({ members }) => members)];
    await Promise.all(all.map(([run, tracked]) => this.recoverRun(framework, run, tracked)));
    for (const { pod } of groups) {
      pod.check();
    }
  }

  /** Kills a task without telling anybody, and waits until it has ended; the grace is the agent's. */
  async abandon(tracked: TrackedTask): Promise<void> {
    tracked.updates.stop();
    tracked.taskRun.kill({ grace_period: { nanoseconds: this.options.graceMs * 1e6 } });
    await tracked.taskRun.over;
    this.complete(tracked);
  }

  /** Files away a task whose last update is acknowledged. */
  complete({ taskRun, pod }: TrackedTask): void {
    const { run } = taskRun;
    const { checkpoint, agentId } = this.options;
    touchSandbox(pod?.info.sandbox ?? run.sandbox);
    checkpoint.removeRun(agentId(), run);
    const isLast = this.tasks.complete(run.frameworkId, run.task.task_id.value);
    pod?.check();
    if (isLast) {
      checkpoint.removeFramework(agentId(), run.frameworkId);
    }
  }

  private pod(framework: FrameworkTasks, given: ExecutorInfo, containerId: string): Pod {
    const { checkpoint, agentId, onPodEnded } = this.options;
    const executor = { ...given, framework_id: framework.info.id };
    const executorId = executor.executor_id.value;
    const run = { frameworkId: framework.info.id.value, executorId, containerId };
    const sandbox = checkpoint.paths.sandbox(agentId(), run);
    const pod: Pod = new Pod({ executor, containerId, sandbox }, () => {
      framework.pods.delete(executorId);
      checkpoint.removeRun(agentId(), run);
      this.options.log.info({ executor: executorId }, "the executor of a task group has ended");
      onPodEnded(pod);
    });
    framework.pods.set(executorId, pod);
    return pod;
  }

  private trackPod(framework: FrameworkTasks, { containerId, executor, groups, runs }: RecoveredPod) {
    const pod = this.pod(framework, executor, containerId);
    const members = runs.map((run) => [run, this.track(framework, run.task, run, pod)] as const);
    for (const group of groups) {
      pod.add(
        members.map(([, tracked]) => tracked).filter(({ taskRun }) => group.includes(taskRun.run.task.task_id.value)),
      );
    }
    return { pod, members };
  }

  private async recoverRun(framework: FrameworkTasks, { log }: RecoveredRun, tracked: TrackedTask): Promise<void> {
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

  private save({ taskRun }: TrackedTask): void {
    this.options.checkpoint.saveRun(this.options.agentId(), taskRun.run, taskRun.run.task);
  }

  private track(framework: FrameworkTasks, task: TaskInfo, runId: RunId, pod?: Pod): TrackedTask {
    const { checkpoint, log, launchLimitMs, graceMs, agentAddress, prepareSandbox, sendUpdate } = this.options;
    const agentId = this.options.agentId();
    const { frameworkId, executorId, containerId, parentId } = runId;
    const id = { frameworkId, executorId, containerId, parentId };
    const sandbox = checkpoint.paths.sandbox(agentId, id);
    const run: Run = { ...id, task, framework: framework.info, sandbox, pod: pod?.info };
    const updates = new UpdateStream(
      (status) => sendUpdate(frameworkId, status),
      (entry) => checkpoint.logUpdate(agentId, id, entry),
    );
    const taskRun = new TaskRun(run, {
      containerizer: this.options.containerizerFor(task),
      origin: { agentId, agentAddress },
      prepareSandbox: (signal) => prepareSandbox(run, signal),
      launchLimitMs,
      defaultGraceMs: graceMs,
      report: (status) => {
        this.metrics.count(status);
        updates.add(status);
      },
      log,
    });
    const tracked: TrackedTask = { taskRun, updates, pod };
    framework.tasks.set(task.task_id.value, tracked);
    return tracked;
  }
}
