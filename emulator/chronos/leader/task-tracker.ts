import type { Logger } from "@drover/lib/log";
import { isTerminal, type TaskStatus } from "@drover/lib/mesos/types";
import type { ActiveRun, JobRecord } from "../model/run";
import { parseTaskId } from "../model/task-id";
import type { Draft, JobBook } from "./job-book";
import { failed, killed, type RetryRules, reported, reportOf, requeued, succeeded, withActive } from "./run-rules";
import type { Statistics } from "./statistics";
import { triggerChildren } from "./triggers";

export interface TrackerParts {
  book: JobBook;
  statistics: Statistics;
  rules: RetryRules;
  log: Logger;
  /** Ends a task that runs for no job. */
  kill: (taskId: string, agentId: string) => void;
}

/** Follows every run from its launch to its end. */
export class TaskTracker {
  constructor(private readonly parts: TrackerParts) {}

  /** Takes in a status update; resolves when it is stored and may be acknowledged. */
  async update(status: TaskStatus): Promise<void> {
    const taskId = status.task_id.value;
    const found = this.find(taskId);
    if (found === undefined || found.run.awaitsReport) {
      if (!isTerminal(status.state)) this.killUnknown(status);
    } else if (isTerminal(status.state)) {
      await this.parts.book.change((draft) => this.end(draft, found.name, found.run, status));
    } else {
      await this.parts.book.change((draft) => this.progress(draft, found.name, found.run, status));
    }
  }

  /**
   * `PUT task/{id}` of 2.x: says how the task of an async job has ended.
   * @returns false when no such run is under way
   */
  async report(taskId: string, isSuccess: boolean): Promise<boolean> {
    const found = this.find(taskId);
    const record = found && this.parts.book.get(found.name);
    if (found === undefined || !record?.job.async) return false;
    await this.parts.book.change((draft) => this.conclude(draft, found.name, found.run, isSuccess));
    return true;
  }

  find(taskId: string): { name: string; run: ActiveRun } | undefined {
    const name = parseTaskId(taskId)?.jobName;
    const run = name && this.parts.book.get(name)?.activity.active.find((each) => each.taskId === taskId);
    return run ? { name, run } : undefined;
  }

  private progress(draft: Draft, name: string, run: ActiveRun, { state, timestamp }: TaskStatus): void {
    const record = draft.get(name);
    if (record === undefined) return;
    const isStart = state === "TASK_RUNNING" && run.startedAtMs === undefined;
    if (run.isConfirmed && !isStart) return;
    const startedAtMs = isStart ? Math.round((timestamp ?? Date.now() / 1000) * 1000) : run.startedAtMs;
    const next: ActiveRun = { ...run, isConfirmed: true, ...(startedAtMs === undefined ? {} : { startedAtMs }) };
    const updated = withActive(record, next);
    const report = reportOf(next, "Running", Date.now());
    draft.put({ ...updated, activity: reported(updated.activity, report, this.parts.rules.historyLimit) });
  }

  private end(draft: Draft, name: string, run: ActiveRun, status: TaskStatus): void {
    const record = draft.get(name);
    if (record === undefined) return;
    const { rules } = this.parts;
    const nowMs = Date.now();
    if (status.state === "TASK_FINISHED" && record.job.async) {
      draft.put(withActive(record, { ...run, isConfirmed: true, awaitsReport: true }));
    } else if (status.state === "TASK_FINISHED") {
      this.conclude(draft, name, run, true);
    } else if (status.state === "TASK_KILLED" || run.isToBeKilled) {
      draft.put(killed(record, run, nowMs, rules.historyLimit));
    } else if (neverStarted(run, status)) {
      draft.put(requeued(record, run, nowMs));
    } else {
      this.parts.log.warn({ taskId: run.taskId, state: status.state, message: status.message }, "task failed");
      this.conclude(draft, name, run, false);
    }
  }

  private conclude(draft: Draft, name: string, run: ActiveRun, isSuccess: boolean): void {
    const { rules, statistics } = this.parts;
    const record = draft.get(name);
    if (record === undefined) return;
    const nowMs = Date.now();
    if (isSuccess) {
      statistics.succeeded(name, nowMs - run.dueMs);
      draft.put(succeeded(record, run, nowMs, rules.historyLimit));
      triggerChildren(draft, name, nowMs);
      return;
    }
    const outcome: { record: JobRecord; isFinal: boolean } = failed(record, run, nowMs, rules);
    draft.put(outcome.record);
    if (!outcome.isFinal) return;
    statistics.failed(name);
    if (record.job.softError) triggerChildren(draft, name, nowMs);
  }

  /** A task whose job is gone, or whose run was given up, must not run on. */
  private killUnknown({ task_id, agent_id, state }: TaskStatus): void {
    if (state === "TASK_UNREACHABLE" || state === "TASK_UNKNOWN" || agent_id === undefined) return;
    this.parts.log.warn({ taskId: task_id.value, state }, "killing a task that is not known here");
    this.parts.kill(task_id.value, agent_id.value);
  }
}

/** The launch was lost on its way, with its offer or with a leader: the master says so, and nobody else has said anything. */
function neverStarted(run: ActiveRun, { state, source }: TaskStatus): boolean {
  return !run.isConfirmed && state === "TASK_LOST" && source === "SOURCE_MASTER";
}
