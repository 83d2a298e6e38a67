import { requirementFailed, unknownJob } from "../model/bad-request";
import { childrenOf, orphaned, wouldBeCycle } from "../model/graph";
import { isScheduled, type Job, parentsOf } from "../model/job";
import { type JobRecord, newRun, noActivity } from "../model/run";
import type { Draft } from "./job-book";
import type { Leader } from "./leader";
import { afterSuccess, enqueued, reported, withActive } from "./run-rules";
import { triggerChildren } from "./triggers";

/** What users do with jobs. Everything resolves when it is stored. */
export interface JobActions {
  /** Creates or replaces. @throws HttpError 400 when a parent is missing or the job would depend on itself */
  put(job: Job): Promise<void>;
  /** Its children get its parents, or its schedule. Its tasks are killed. */
  remove(name: string): Promise<void>;
  /** @param given arguments of this run, in place of the job's own */
  runNow(name: string, given: string | undefined): Promise<void>;
  /** @returns false for an unknown job */
  markSuccess(name: string): Promise<boolean>;
  killTasks(name: string): Promise<void>;
  killAll(): Promise<void>;
  /** @throws HttpError 400 when the job has no such run */
  addProgress(name: string, taskId: string, elements: number): Promise<void>;
}

/** @param historyLimit runs that are kept of each job */
export function changeJobs(leader: Leader, historyLimit: number): JobActions {
  const { book } = leader;
  const recordOf = (draft: Draft, name: string): JobRecord => {
    const record = draft.get(name);
    if (record === undefined) throw unknownJob(name);
    return record;
  };
  const kill = async (names: readonly string[]) => {
    await book.changeEach((draft) => {
      for (const name of names) draft.put(toBeKilled(recordOf(draft, name)));
    });
    leader.kill(names.flatMap((name) => book.get(name)?.activity.active ?? []));
  };
  return {
    put: (job) =>
      book.change((draft) => {
        const before = draft.get(job.name);
        const missing = parentsOf(job).filter((parent) => draft.get(parent) === undefined && parent !== job.name);
        if (missing.length > 0) {
          throw requirementFailed(`JobSchedule ${job.name} does not have all parents defined: ${missing.join(", ")}`);
        }
        if (wouldBeCycle(draft.jobs(), job.name, parentsOf(job))) {
          throw requirementFailed(`JobSchedule ${job.name} would depend on itself: edge would induce a cycle`);
        }
        const activity = before?.activity ?? noActivity;
        draft.put({ job, activity: isScheduled(job) ? activity : { ...activity, rounds: {} } });
      }),

    remove: async (name) => {
      const tasks = book.get(name)?.activity.active ?? [];
      await book.change((draft) => {
        const { job } = recordOf(draft, name);
        for (const child of childrenOf(draft.jobs().values(), name)) {
          const record = recordOf(draft, child.name);
          draft.put({ job: orphaned(child, job), activity: { ...record.activity, rounds: {} } });
        }
        draft.remove(name);
      });
      leader.statistics.forget(name);
      leader.kill(tasks);
    },

    runNow: (name, given) =>
      book.change((draft) => {
        const record = recordOf(draft, name);
        const nowMs = Date.now();
        draft.put(enqueued(record, newRun(record.job, nowMs, 0, given), nowMs));
      }),

    markSuccess: async (name) => {
      if (book.get(name) === undefined) return false;
      await book.change((draft) => {
        const nowMs = Date.now();
        const { job, activity } = recordOf(draft, name);
        draft.put({ job: afterSuccess(job, nowMs), activity: { ...activity, rounds: {} } });
        triggerChildren(draft, name, nowMs);
      });
      return true;
    },

    killTasks: (name) => kill([name]),

    killAll: () => kill(book.all().map(({ job }) => job.name)),

    addProgress: (name, taskId, elements) =>
      book.change((draft) => {
        const record = recordOf(draft, name);
        const report = record.activity.history.find((each) => each.taskId === taskId);
        if (report === undefined) throw requirementFailed(`JobSchedule '${name}' has no task ${taskId}`);
        const elementsProcessed = (report.elementsProcessed ?? 0) + elements;
        const activity = reported(record.activity, { ...report, elementsProcessed }, historyLimit);
        draft.put({ job: record.job, activity });
      }),
  };
}

function toBeKilled(record: JobRecord): JobRecord {
  return record.activity.active.reduce((result, run) => withActive(result, { ...run, isToBeKilled: true }), record);
}
