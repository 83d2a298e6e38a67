import type { Logger } from "@drover/lib/log";
import { DateTime } from "luxon";
import { isScheduled, type Job } from "../model/job";
import { type JobRecord, newRun, type Run } from "../model/run";
import { advance, formatSchedule, parseSchedule, type Schedule } from "../model/schedule";
import type { JobBook } from "./job-book";
import { enqueued } from "./run-rules";

/** A period of zero must not keep the machine busy. */
const minWaitMs = 20;

/** Puts runs into the queue when their time has come. */
export class Clock {
  /** Parsed once for every definition: a schedule changes with each run only. */
  private readonly schedules = new WeakMap<Job, Schedule | undefined>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param maxIdleMs time between two looks at least, `--leader_max_idle_time` */
  constructor(
    private readonly book: JobBook,
    private readonly maxIdleMs: number,
    private readonly watch: (work: Promise<unknown>) => void,
    private readonly log: Logger,
  ) {}

  /** Looks at all jobs now, and sets the alarm for the next that is due. */
  readonly look = (): void => {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    const nowMs = Date.now();
    const due = this.book.all().filter((record) => this.nextMs(record) <= nowMs);
    if (due.length > 0) {
      this.watch(
        this.book.changeEach((draft) => {
          for (const record of due) draft.put(this.started(record, nowMs));
        }),
      );
    }
    this.setAlarm();
  };

  /** A change may have brought another job to the front. */
  setAlarm(): void {
    clearTimeout(this.timer);
    if (this.isClosed) return;
    const nextMs = this.book
      .all()
      .reduce((least, record) => Math.min(least, this.nextMs(record)), Number.POSITIVE_INFINITY);
    const waitMs = Math.min(Math.max(nextMs - Date.now(), minWaitMs), this.maxIdleMs);
    this.timer = setTimeout(this.look, waitMs);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private nextMs(record: JobRecord): number {
    const delayed = record.activity.delayed.map(({ notBeforeMs }) => notBeforeMs);
    const schedule = this.scheduleOf(record.job);
    return Math.min(...delayed, schedule ? schedule.start.toMillis() : Number.POSITIVE_INFINITY);
  }

  /** Undefined when it never runs by the clock, or no more. */
  private scheduleOf(job: Job): Schedule | undefined {
    if (!isScheduled(job) || job.disabled) return undefined;
    if (!this.schedules.has(job)) this.schedules.set(job, parseSchedule(job.schedule, job.scheduleTimeZone));
    const schedule = this.schedules.get(job);
    return schedule?.repetitions === 0 ? undefined : schedule;
  }

  /** The run and the move of the schedule are one change: a new leader neither misses it nor does it again. */
  private started(record: JobRecord, nowMs: number): JobRecord {
    let result = record;
    for (const retry of record.activity.delayed.filter(({ notBeforeMs }) => notBeforeMs <= nowMs)) {
      const delayed = result.activity.delayed.filter((each) => each !== retry);
      const { notBeforeMs: _, ...run } = retry;
      result = this.queue({ ...result, activity: { ...result.activity, delayed } }, run, nowMs);
    }
    const { job } = result;
    const schedule = this.scheduleOf(record.job);
    if (!isScheduled(job) || schedule === undefined || schedule.start.toMillis() > nowMs) return result;
    const next = advance(schedule, DateTime.fromMillis(nowMs));
    const moved = { ...result, job: { ...job, schedule: formatSchedule(next) } };
    return this.queue(moved, newRun(job, nowMs), nowMs);
  }

  private queue(record: JobRecord, run: Run, nowMs: number): JobRecord {
    const result = enqueued(record, run, nowMs);
    if (result === record) this.log.info({ taskId: run.taskId }, "run dropped: the one before has not ended");
    return result;
  }
}
