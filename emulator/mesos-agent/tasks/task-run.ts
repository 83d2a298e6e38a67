import type { Logger } from "@drover/lib/log";
import { MAX_TIMER_MS, startTimer } from "@drover/lib/long-timer";
import { isTerminal, type KillPolicy, type Reason, type TaskState, type TaskStatus } from "@drover/lib/mesos/types";
import { checkStatus, startChecks } from "../checks/checker";
import { startHealthChecks } from "../checks/health-checker";
import { ask, probeOf } from "../checks/probe";
import type { Containerizer, Ending, PreparedContainer, Run, RunningContainer } from "../container";
import { LaunchAborted, launchFailure } from "./launch-failure";
import { agentStatus, executorStatus, type StatusDetails, type StatusOrigin } from "./status";

const NANOSECONDS_PER_MS = 1e6;

export interface TaskRunOptions {
  containerizer: Containerizer;
  origin: StatusOrigin;
  /** Makes the sandbox and fetches what belongs there. */
  prepareSandbox(signal: AbortSignal): Promise<void>;
  /** How long everything before TASK_STARTING may take (flag executor_registration_timeout). */
  launchLimitMs: number;
  /** Between SIGTERM and SIGKILL when neither call nor task say (flag executor_shutdown_grace_period). */
  defaultGraceMs: number;
  /** Takes each status for delivery. */
  report(status: TaskStatus): void;
  log: Logger;
}

/** Why the agent ends a container that would run on. */
type Cause = "killed" | "unhealthy" | "overdue";

/** One launch of a task, from the order to its terminal status. */
export class TaskRun {
  /** One entry a state, oldest first; a repeated state replaces its entry. */
  readonly statuses: TaskStatus[] = [];
  /** Resolves with the terminal status. */
  readonly over: Promise<void>;
  private readonly launch = new AbortController();
  private container: RunningContainer | undefined;
  private stopChecks: (() => void)[] = [];
  private cause: Cause | undefined;
  private graceMs: number | undefined;
  private killReason: Reason | undefined;
  private checkResult: Record<string, unknown> | undefined;
  private runningSinceMs = 0;
  private resolveOver: () => void = () => {};

  constructor(
    readonly run: Run,
    private readonly options: TaskRunOptions,
  ) {
    const { check } = run.task;
    this.checkResult = check && checkStatus(check.type);
    this.over = new Promise((resolve) => {
      this.resolveOver = resolve;
    });
  }

  get state(): TaskState {
    return this.statuses.at(-1)?.state ?? "TASK_STAGING";
  }

  /** The container while it runs. */
  get running(): RunningContainer | undefined {
    return isTerminal(this.state) ? undefined : this.container;
  }

  async start(): Promise<void> {
    let prepared: PreparedContainer;
    try {
      prepared = await this.prepare();
    } catch (error) {
      const partitionAware = this.hasCapability("PARTITION_AWARE");
      const { state, ...said } = launchFailure(error, partitionAware, this.options.launchLimitMs);
      this.report(agentStatus(this.run, this.options.origin, state, said));
      return;
    }
    this.report(this.status("TASK_STARTING", { pid: prepared.pid }));
    try {
      this.enter(await prepared.launch());
    } catch (error) {
      this.report(this.status("TASK_FAILED", { message: (error as Error).message }));
    }
  }

  /** Goes on after a restart of the agent. A task that ended meanwhile has failed for upstream, whatever its status. */
  async recover(statuses: readonly TaskStatus[]): Promise<void> {
    for (const status of statuses) {
      this.remember(status);
    }
    if (isTerminal(this.state)) {
      this.resolveOver();
      return;
    }
    this.checkResult = statuses.at(-1)?.check_status ?? this.checkResult;
    const container = await this.options.containerizer.recover(this.run);
    if (container === undefined) {
      const said = { reason: "REASON_EXECUTOR_TERMINATED", message: "Executor terminated" } as const;
      this.report(agentStatus(this.run, this.options.origin, "TASK_FAILED", said));
      return;
    }
    if (this.state === "TASK_KILLING") {
      this.cause = "killed";
    }
    this.enter(container);
  }

  /** Ends the task; before it runs, at once. The grace is the call's, else the task's, else the agent's. */
  kill(policy?: KillPolicy): void {
    this.end("killed", graceOf(policy) ?? this.ownGraceMs());
  }

  /** Ends the task for an operator's drain. @param maxGraceMs cuts the task's grace */
  drain(maxGraceMs: number): void {
    this.killReason = "REASON_AGENT_DRAINING";
    this.end("killed", Math.min(this.ownGraceMs(), maxGraceMs));
  }

  private ownGraceMs(): number {
    return graceOf(this.run.task.kill_policy) ?? this.options.defaultGraceMs;
  }

  private async prepare(): Promise<PreparedContainer> {
    const { signal } = this.launch;
    const { launchLimitMs, containerizer, prepareSandbox } = this.options;
    const giveUp = () => this.launch.abort(new LaunchAborted("timeout"));
    const timer = setTimeout(giveUp, Math.min(launchLimitMs, MAX_TIMER_MS));
    const { check, health_check } = this.run.task;
    try {
      for (const each of [check, health_check]) {
        if (each !== undefined) {
          probeOf(each);
        }
      }
      await prepareSandbox(signal);
      const prepared = await containerizer.prepare(this.run, signal);
      if (signal.aborted) {
        prepared.abandon();
        throw signal.reason;
      }
      return prepared;
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  private enter(container: RunningContainer): void {
    this.container = container;
    void container.ended.then((ending) => this.finish(ending));
    if (this.cause !== undefined) {
      this.stop();
      return;
    }
    if (this.state !== "TASK_RUNNING") {
      this.report(this.status("TASK_RUNNING", { ...this.runningDetails(), data: container.data }));
    }
    this.startChecking(container);
  }

  private startChecking(container: RunningContainer): void {
    const { check, health_check, max_completion_time } = this.run.task;
    if (health_check !== undefined) {
      const probe = probeOf(health_check);
      const listener = {
        onHealth: (healthy: boolean) =>
          this.reportRunning({ healthy, reason: "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED" }),
        onUnhealthy: () => this.end("unhealthy", this.ownGraceMs()),
      };
      const wasHealthy = this.statuses.at(-1)?.healthy === true;
      this.stopChecks.push(
        startHealthChecks(health_check, (limit) => ask(probe, container, limit), listener, wasHealthy),
      );
    }
    if (check !== undefined) {
      const probe = probeOf(check);
      const onResult = (result: Record<string, unknown>) => {
        this.checkResult = result;
        this.reportRunning({ reason: "REASON_TASK_CHECK_STATUS_UPDATED" });
      };
      this.stopChecks.push(startChecks(check, (limit) => ask(probe, container, limit), onResult, this.checkResult));
    }
    if (max_completion_time !== undefined) {
      const leftMs = this.runningSinceMs + max_completion_time.nanoseconds / NANOSECONDS_PER_MS - Date.now();
      const timer = startTimer(() => this.end("overdue", 0), Math.max(0, leftMs));
      this.stopChecks.push(timer.cancel);
    }
  }

  private end(cause: Cause, graceMs: number): void {
    this.cause ??= cause;
    this.graceMs = graceMs;
    this.launch.abort(new LaunchAborted("kill"));
    if (this.container !== undefined && !isTerminal(this.state)) {
      this.stop();
    }
  }

  private stop(): void {
    this.haltChecks();
    const announce = this.cause !== "overdue" && this.hasCapability("TASK_KILLING_STATE");
    if (announce && this.state !== "TASK_KILLING") {
      this.report(this.status("TASK_KILLING", { ...this.runningDetails(), reason: this.killReason }));
    }
    this.container?.stop(this.graceMs ?? this.options.defaultGraceMs);
  }

  private finish(ending: Ending): void {
    this.haltChecks();
    const details: StatusDetails = { message: ending.message, ...this.runningDetails(), reason: this.killReason };
    if (this.cause === "overdue") {
      this.report(this.status("TASK_FAILED", { ...details, reason: "REASON_MAX_COMPLETION_TIME_REACHED" }));
    } else if (ending.succeeded) {
      this.report(this.status("TASK_FINISHED", details));
    } else if (this.cause !== undefined) {
      const unhealthy = this.cause === "unhealthy" ? { healthy: false } : {};
      this.report(this.status("TASK_KILLED", { ...details, ...unhealthy }));
    } else {
      this.report(this.status("TASK_FAILED", { ...details, reason: ending.reason }));
    }
  }

  private haltChecks(): void {
    for (const stop of this.stopChecks.splice(0)) {
      stop();
    }
  }

  /** A change while running keeps what else is known: the health and the container's address. */
  private reportRunning(details: StatusDetails): void {
    const { healthy } = this.statuses.at(-1) ?? {};
    this.report(this.status("TASK_RUNNING", { healthy, ...this.runningDetails(), ...details }));
  }

  private runningDetails(): StatusDetails {
    return { address: this.container?.ownAddress, pid: this.container?.pid };
  }

  private status(state: TaskState, details: StatusDetails = {}): TaskStatus {
    const known = this.checkResult && { check_status: this.checkResult };
    return executorStatus(this.run, this.options.origin, state, { ...known, ...details });
  }

  private report(status: TaskStatus): void {
    this.remember(status);
    const { state, reason, message } = status;
    this.options.log.info({ task: this.run.task.task_id.value, state, reason, message }, "task status");
    this.options.report(status);
    if (isTerminal(state)) {
      this.resolveOver();
    }
  }

  private remember(status: TaskStatus): void {
    if (this.state === status.state) {
      this.statuses.pop();
    } else if (status.state === "TASK_RUNNING") {
      this.runningSinceMs = (status.timestamp ?? 0) * 1000;
    }
    this.statuses.push(status);
  }

  private hasCapability(type: string): boolean {
    return this.run.framework.capabilities?.some((capability) => capability.type === type) ?? false;
  }
}

function graceOf(policy: KillPolicy | undefined): number | undefined {
  const nanoseconds = policy?.grace_period?.nanoseconds;
  return nanoseconds === undefined ? undefined : nanoseconds / NANOSECONDS_PER_MS;
}
