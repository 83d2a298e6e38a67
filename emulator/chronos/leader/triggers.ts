import { childrenOf, countSuccess } from "../model/graph";
import { isScheduled } from "../model/job";
import { newRun } from "../model/run";
import type { Draft } from "./job-book";
import { enqueued } from "./run-rules";

/** Tells a job's children of its success; those whose parents are all through go into the queue. */
export function triggerChildren(draft: Draft, parent: string, nowMs: number): void {
  for (const child of childrenOf(draft.jobs().values(), parent)) {
    const record = draft.get(child.name);
    if (record === undefined || isScheduled(record.job)) continue;
    const { rounds, isDue } = countSuccess(record.job.parents, record.activity.rounds, parent);
    const counted =
      rounds === record.activity.rounds ? record : { ...record, activity: { ...record.activity, rounds } };
    draft.put(isDue ? enqueued(counted, newRun(record.job, nowMs), nowMs) : counted);
  }
}
