import { DateTime } from "luxon";
import { isScheduled, type Job } from "../model/job";
import type { ActiveRun, Activity, JobRecord, Run, RunReport } from "../model/run";
import { newRun } from "../model/run";
import { parseSchedule } from "../model/schedule";

export interface RetryRules {
  /** `--failure_retry` */
  retryMs: number;
  /** `--disable_after_failures`; 0: never */
  disableAfter: number;
  /** `--job_history_limit` */
  historyLimit: number;
}

/**
 * Puts a run into the queue. It is dropped when one of the job waits already, when one runs and the job is not
 * concurrent, and when the job is disabled.
 */
export function enqueued(record: JobRecord, run: Run, nowMs: number): JobRecord {
  const { job, activity } = record;
  if (activity.queued || !mayRun(record)) return record;
  return { job, activity: { ...activity, queued: { ...run, queuedAtMs: nowMs } } };
}

/** Whether one more task of the job may start now. */
export function mayRun({ job, activity }: JobRecord): boolean {
  return !job.disabled && (job.concurrent || activity.active.length === 0);
}

/** The queued run gets its task. The job's parents count from here on for its next run. */
export function launched({ job, activity }: JobRecord, agentId: string, nowMs: number): JobRecord {
  const { queued, ...rest } = activity;
  if (queued === undefined) return { job, activity };
  const { queuedAtMs: _, ...run } = queued;
  const active: ActiveRun = { ...run, agentId, launchedAtMs: nowMs, isConfirmed: false };
  return { job, activity: { ...rest, active: [...rest.active, active], rounds: {} } };
}

/** Takes a run that never started back into the queue; behind another one of the same job it would be one too many. */
export function requeued(record: JobRecord, run: ActiveRun, nowMs: number): JobRecord {
  const { agentId: _, launchedAtMs: __, isConfirmed: ___, startedAtMs: ____, ...plain } = run;
  return enqueued(withoutActive(record, run), plain, nowMs);
}

/** A run has ended well: counters, and the end of a job that has no repetitions left. */
export function succeeded(record: JobRecord, run: ActiveRun, nowMs: number, historyLimit: number): JobRecord {
  const rest = withoutActive(record, run);
  const job = afterSuccess(record.job, nowMs);
  return { job, activity: reported(rest.activity, reportOf(run, "Success", nowMs), historyLimit) };
}

/** What `PUT job/success/{name}` does to a definition, and the end of a run. */
export function afterSuccess(job: Job, nowMs: number): Job {
  const updated: Job = {
    ...job,
    successCount: job.successCount + 1,
    errorsSinceLastSuccess: 0,
    lastSuccess: instant(nowMs),
  };
  return isScheduled(job) && hasNoRunsLeft(job.schedule, job.scheduleTimeZone)
    ? { ...updated, disabled: true }
    : updated;
}

/**
 * A run has failed: it is tried again after a while, as long as attempts are left and nothing has failed for good since
 * the last success; else the failure counts.
 * @returns isFinal when it will not be tried again
 */
export function failed(
  record: JobRecord,
  run: ActiveRun,
  nowMs: number,
  rules: RetryRules,
): { record: JobRecord; isFinal: boolean } {
  const rest = withoutActive(record, run);
  const activity = reported(rest.activity, reportOf(run, "Fail", nowMs), rules.historyLimit);
  const { job } = record;
  const isClean =
    job.lastError === "" || (job.lastSuccess !== "" && Date.parse(job.lastSuccess) >= Date.parse(job.lastError));
  if (run.attempt < job.retries && isClean) {
    const notBeforeMs = nowMs + rules.retryMs;
    const retry = { ...newRun(job, notBeforeMs, run.attempt + 1, run.arguments), notBeforeMs };
    return { record: { job, activity: { ...activity, delayed: [...activity.delayed, retry] } }, isFinal: false };
  }
  const errors = job.errorsSinceLastSuccess + 1;
  const isTooMuch = rules.disableAfter > 0 && errors >= rules.disableAfter;
  const failedJob: Job = {
    ...job,
    errorCount: job.errorCount + 1,
    errorsSinceLastSuccess: errors,
    lastError: instant(nowMs),
    disabled: job.disabled || isTooMuch,
  };
  return { record: { job: failedJob, activity }, isFinal: true };
}

/** Killed on request: neither a success nor an error. */
export function killed(record: JobRecord, run: ActiveRun, nowMs: number, historyLimit: number): JobRecord {
  const rest = withoutActive(record, run);
  return { ...rest, activity: reported(rest.activity, reportOf(run, "Fail", nowMs), historyLimit) };
}

export function withActive({ job, activity }: JobRecord, run: ActiveRun): JobRecord {
  const active = activity.active.map((each) => (each.taskId === run.taskId ? run : each));
  return { job, activity: { ...activity, active } };
}

/** Replaces what the history says of the same task, or adds to it. */
export function reported(activity: Activity, report: RunReport, limit: number): Activity {
  const known = activity.history.find(({ taskId }) => taskId === report.taskId);
  const others = activity.history.filter((each) => each !== known);
  return { ...activity, history: [{ ...known, ...report }, ...others].slice(0, limit) };
}

export function reportOf(run: ActiveRun, status: RunReport["status"], nowMs: number): RunReport {
  return {
    taskId: run.taskId,
    agentId: run.agentId,
    ...(run.startedAtMs === undefined ? {} : { startedAtMs: run.startedAtMs }),
    ...(status === "Running" ? {} : { endedAtMs: nowMs }),
    status,
  };
}

function withoutActive({ job, activity }: JobRecord, { taskId }: Run): JobRecord {
  return { job, activity: { ...activity, active: activity.active.filter((each) => each.taskId !== taskId) } };
}

function hasNoRunsLeft(schedule: string, timeZone: string): boolean {
  return parseSchedule(schedule, timeZone)?.repetitions === 0;
}

function instant(ms: number): string {
  return DateTime.fromMillis(ms, { zone: "utc" }).toISO() ?? "";
}
