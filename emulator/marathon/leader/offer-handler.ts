import type { Logger } from "@drover/lib/log";
import type { Offer, Operation, Resource } from "@drover/lib/mesos/types";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import { isResident } from "../model/residency";
import type { RunSpec } from "../model/run-spec";
import { release, reservationsIn } from "../placement/reservation";
import type { InstanceRegistry } from "./instance-registry";
import { type Launch, type LaunchRules, launchOn, type Siblings } from "./launch";
import type { LaunchQueue } from "./launch-queue";
import type { ReleaseList } from "./release-list";
import type { TaskTracker } from "./task-tracker";

/** The two answers to an offer. */
export interface OfferAnswers {
  accept(offer: Offer, operations: Operation[]): Promise<void>;
  /** @param refuseMs how long the same resources shall not be offered again */
  decline(offer: Offer, refuseMs: number): Promise<void>;
}

export interface OfferHandlerParts {
  queue: LaunchQueue;
  instances: InstanceRegistry;
  tracker: TaskTracker;
  releases: ReleaseList;
  answers: OfferAnswers;
  /** Undefined before the master has given this framework an id. */
  rules: () => LaunchRules | undefined;
  /** `--max_instances_per_offer` */
  maxPerOffer: number;
  /** How long a declined offer is not wanted. */
  refuseMs: () => number;
  log: Logger;
  watch: (work: Promise<unknown>) => void;
}

/** Uses offers for the tasks that wait and declines the others. */
export class OfferHandler {
  constructor(private readonly parts: OfferHandlerParts) {}

  onOffers(offers: readonly Offer[]): void {
    this.parts.queue.beginRound();
    for (const offer of offers) this.parts.watch(this.answer(offer));
  }

  /** Tasks count as launched from here on; they are stored before Mesos hears of them, so that none is ever unknown. */
  private async answer(offer: Offer): Promise<void> {
    const { tracker, answers, rules, refuseMs, log } = this.parts;
    const known = rules();
    const launches = known ? this.fill(offer, known) : [];
    const stored = launches.map(({ instance }) => tracker.launch(instance));
    const operations = [
      ...(known ? this.releasesIn(offer, known.owner.frameworkId) : []),
      ...joined(launches.flatMap((launch) => launch.operations)),
    ];
    await Promise.all(stored);
    try {
      await (operations.length > 0 ? answers.accept(offer, operations) : answers.decline(offer, refuseMs()));
    } catch (error) {
      // The subscription is gone and the offer with it; whether the launch arrived only the master knows.
      log.warn({ offer: offer.id.value, error: (error as Error).message }, "offer could not be answered");
    }
  }

  private fill(offer: Offer, rules: LaunchRules): Launch[] {
    const { queue, maxPerOffer } = this.parts;
    const launches: Launch[] = [];
    let left: readonly Resource[] = offer.resources;
    for (const spec of queue.ready(Date.now())) {
      for (let wanted = queue.countOf(spec.id); wanted > 0 && launches.length < maxPerOffer; wanted--) {
        const launch = launchOn(spec, offer, left, this.siblingsOf(spec, launches, wanted), rules);
        if (typeof launch === "string") {
          queue.rejected(spec.id, launch, offer);
          break;
        }
        left = launch.left;
        launches.push(launch);
        queue.launched(spec.id);
      }
    }
    return launches;
  }

  private siblingsOf(spec: RunSpec, launches: readonly Launch[], wanted: number): Siblings {
    const { instances } = this.parts;
    const taken = new Set(launches.map(({ instance }) => instance.id));
    const siblings = isResident(spec) ? instances.ofApp(spec.id) : [];
    const reserved = siblings.filter(({ id, state }) => state === "RESERVED" && !taken.has(id));
    // Tasks that are being ended leave their volumes to their successors.
    const leaving = siblings.filter(({ goal, wipe }) => goal === "stop" && !wipe);
    const isAlike = (instance: Instance) =>
      instance.appId === spec.id && instance.configVersion === configVersion(spec) && instance.goal === "run";
    const alike =
      spec.constraints.length === 0
        ? []
        : [...instances.ofApp(spec.id), ...launches.map(({ instance }) => instance)].filter(isAlike);
    return { alike, reserved, mayReserve: wanted > reserved.length + leaving.length };
  }

  /** What is set aside for instances that are no more goes back. */
  private releasesIn(offer: Offer, frameworkId: string): Operation[] {
    const { instances, releases, log } = this.parts;
    const gone = [...reservationsIn(offer, frameworkId)].filter((id) => instances.get(id) === undefined);
    for (const instance of gone) log.info({ instance, agent: offer.hostname }, "giving back what was reserved");
    for (const id of gone) releases.done(id);
    return gone.flatMap((id) => release(offer, id));
  }
}

/** One LAUNCH for all tasks that need nothing else before it. */
function joined(operations: readonly Operation[]): Operation[] {
  const tasks = operations.flatMap((each) => (each.type === "LAUNCH" ? each.launch.task_infos : []));
  const others = operations.filter((each) => each.type !== "LAUNCH");
  return tasks.length > 0 ? [...others, { type: "LAUNCH", launch: { task_infos: tasks } }] : others;
}
