import type { Logger } from "@drover/lib/log";
import type { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import type { ActiveRun } from "../model/run";
import { parseTaskId } from "../model/task-id";
import type { JobBook } from "./job-book";

/** A launch is on its way for this long at most; after that the master is asked whether it arrived. */
const launchMs = 5_000;
const tickMs = 5_000;

/** Keeps what Mesos runs in line with what the book says: asks for states, and repeats kills until they are heard of. */
export class Reconciler {
  /** Tasks to end that no run stands for, by their agents. */
  private readonly strays = new Map<string, string>();
  private readonly timer: NodeJS.Timeout;
  private askedAtMs = 0;

  /** @param intervalMs `--reconciliation_interval` */
  constructor(
    private readonly book: JobBook,
    private readonly driver: SchedulerDriver,
    private readonly intervalMs: number,
    private readonly log: Logger,
  ) {
    this.timer = setInterval(() => this.tick(), tickMs);
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** What happened while nobody listened. */
  onSubscribed(): void {
    this.askAll();
  }

  kill(taskId: string, agentId: string): void {
    const name = parseTaskId(taskId)?.jobName;
    const isKnown = name && this.book.get(name)?.activity.active.some((run) => run.taskId === taskId);
    if (!isKnown) this.strays.set(taskId, agentId);
    this.send(taskId, agentId);
  }

  /** A stray has ended. */
  ended(taskId: string): void {
    this.strays.delete(taskId);
  }

  private tick(): void {
    if (!this.driver.isSubscribed) return;
    const nowMs = Date.now();
    if (nowMs - this.askedAtMs >= this.intervalMs) this.askAll();
    const runs = this.runs();
    const unheard = runs.filter((run) => !run.isConfirmed && run.launchedAtMs + launchMs <= nowMs);
    if (unheard.length > 0) this.ask(unheard);
    for (const run of runs) if (run.isToBeKilled) this.send(run.taskId, run.agentId);
    for (const [taskId, agentId] of this.strays) this.send(taskId, agentId);
  }

  /** The runs in the book, and whatever else of ours the master knows. A run just launched may not have arrived yet. */
  private askAll(): void {
    this.askedAtMs = Date.now();
    const known = this.runs().filter((run) => run.isConfirmed || run.launchedAtMs + launchMs <= Date.now());
    if (known.length > 0) this.ask(known);
    this.driver.reconcile([]).catch((error: Error) => this.warn(error));
  }

  private ask(runs: readonly ActiveRun[]): void {
    this.driver
      .reconcile(runs.map(({ taskId, agentId }) => ({ taskId, agentId })))
      .catch((error: Error) => this.warn(error));
  }

  private send(taskId: string, agentId: string): void {
    this.driver.kill(taskId, agentId).catch((error: Error) => this.warn(error));
  }

  private runs(): ActiveRun[] {
    return this.book.all().flatMap(({ activity }) => activity.active.filter((run) => !run.awaitsReport));
  }

  private warn(error: Error): void {
    this.log.warn({ error: error.message }, "the master could not be asked");
  }
}
