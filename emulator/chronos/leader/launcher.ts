import type { Logger } from "@drover/lib/log";
import type { SchedulerDriver } from "@drover/lib/mesos/scheduler";
import { plainResources, takeScalar } from "@drover/lib/mesos/take-resources";
import type { Offer, Resource, TaskInfo } from "@drover/lib/mesos/types";
import type { JobRecord } from "../model/run";
import { fulfils } from "../placement/constraints";
import { taskInfo } from "../placement/task-info";
import type { JobBook } from "./job-book";
import { launched, mayRun } from "./run-rules";

export interface LauncherParts {
  book: JobBook;
  driver: SchedulerDriver;
  /** `--mesos_role` */
  role: string;
  /** `--decline_offer_duration`; Mesos' own default when absent */
  declineMs?: number;
  log: Logger;
  watch: (work: Promise<unknown>) => void;
}

interface OpenOffer {
  offer: Offer;
  left: readonly Resource[];
  launches: { name: string; task: TaskInfo }[];
}

/** Uses offers for the runs that wait, and declines the others. */
export class Launcher {
  constructor(private readonly parts: LauncherParts) {}

  onOffers(offers: readonly Offer[]): void {
    this.parts.watch(this.answer(offers));
  }

  /** Runs count as launched, and are stored as such, before Mesos hears of them: none is ever unknown. */
  private async answer(offers: readonly Offer[]): Promise<void> {
    const { book, role, log } = this.parts;
    const open: OpenOffer[] = offers.map((offer) => ({
      offer,
      left: plainResources(offer.resources, new Set(["*", role])),
      launches: [],
    }));
    const stored = book.changeEach((draft) => {
      for (const record of queuedRecords(book)) {
        const place = mayRun(record) ? this.place(record, open) : undefined;
        if (place) draft.put(launched(record, place.offer.agent_id.value, Date.now()));
        else if (!mayRun(record)) draft.put(withoutQueued(record));
      }
    });
    await stored;
    for (const { offer, launches } of open) {
      try {
        await this.send(offer, launches);
      } catch (error) {
        // The subscription is gone and the offer with it; whether the launch arrived only the master knows.
        log.warn({ offer: offer.id.value, error: (error as Error).message }, "offer could not be answered");
      }
    }
  }

  private async send(offer: Offer, launches: OpenOffer["launches"]): Promise<void> {
    const { driver, declineMs, log } = this.parts;
    if (launches.length === 0) {
      await driver.decline([offer.id], declineMs === undefined ? undefined : { refuse_seconds: declineMs / 1000 });
      return;
    }
    for (const { task } of launches) log.info({ taskId: task.task_id.value, host: offer.hostname }, "launching");
    const tasks = launches.map(({ task }) => task);
    await driver.accept([offer.id], [{ type: "LAUNCH", launch: { task_infos: tasks } }], { refuse_seconds: 0 });
  }

  private place(record: JobRecord, open: OpenOffer[]): OpenOffer | undefined {
    const { job, activity } = record;
    if (activity.queued === undefined) return undefined;
    for (const place of open) {
      if (!job.constraints.every((constraint) => fulfils(constraint, place.offer))) continue;
      const taken = takeAll(place.left, { cpus: job.cpus, mem: job.mem, disk: job.disk });
      if (taken === undefined) continue;
      place.left = taken.left;
      const task = taskInfo({ job, run: activity.queued, offer: place.offer, resources: taken.taken });
      place.launches.push({ name: job.name, task });
      return place;
    }
    return undefined;
  }
}

/** High priority first, then those that wait longest. */
function queuedRecords(book: JobBook): JobRecord[] {
  const key = ({ job, activity }: JobRecord) => [job.highPriority ? 0 : 1, activity.queued?.queuedAtMs ?? 0] as const;
  return book
    .all()
    .filter(({ activity }) => activity.queued)
    .sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
}

function withoutQueued({ job, activity }: JobRecord): JobRecord {
  const { queued: _, ...rest } = activity;
  return { job, activity: rest };
}

function takeAll(
  resources: readonly Resource[],
  amounts: Record<string, number>,
): { taken: Resource[]; left: readonly Resource[] } | undefined {
  let left = resources;
  const taken: Resource[] = [];
  for (const [name, amount] of Object.entries(amounts)) {
    const step = takeScalar(left, name, amount);
    if (step === undefined) return undefined;
    taken.push(...step.taken);
    left = step.left;
  }
  return { taken, left };
}
