import type { Logger } from "@drover/lib/log";
import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Offer, Operation, Resource, TaskInfo } from "@drover/lib/mesos/types";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import { factsOf, type Match, type MatchRules, matchOffer, type RejectReason } from "../placement/offer-match";
import { newTaskId } from "../placement/task-id";
import { type TaskInfoSettings, taskInfo } from "../placement/task-info";
import type { InstanceRegistry } from "./instance-registry";
import type { LaunchQueue } from "./launch-queue";
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
  answers: OfferAnswers;
  rules: MatchRules;
  taskInfo: TaskInfoSettings;
  /** `--max_instances_per_offer` */
  maxPerOffer: number;
  /** How long a declined offer is not wanted. */
  refuseMs: () => number;
  log: Logger;
  watch: (work: Promise<unknown>) => void;
}

interface Launch {
  instance: Instance;
  task: TaskInfo;
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
    const { tracker, answers, refuseMs, log } = this.parts;
    const launches = this.fill(offer);
    const stored = launches.map(({ instance }) => tracker.launch(instance));
    await Promise.all(stored);
    const taskInfos = launches.map(({ task }) => task);
    const operations: Operation[] = [{ type: "LAUNCH", launch: { task_infos: taskInfos } }];
    try {
      await (launches.length > 0 ? answers.accept(offer, operations) : answers.decline(offer, refuseMs()));
    } catch (error) {
      // The subscription is gone and the offer with it; whether the launch arrived only the master knows.
      log.warn({ offer: offer.id.value, error: (error as Error).message }, "offer could not be answered");
    }
  }

  private fill(offer: Offer): Launch[] {
    const { queue, maxPerOffer } = this.parts;
    const launches: Launch[] = [];
    let left: readonly Resource[] = offer.resources;
    for (const app of queue.ready(Date.now())) {
      for (let wanted = queue.countOf(app.id); wanted > 0 && launches.length < maxPerOffer; wanted--) {
        const match = this.match(app, offer, left, launches);
        if (typeof match === "string") {
          queue.rejected(app.id, match);
          break;
        }
        left = match.left;
        launches.push(this.launchOf(app, offer, match));
        queue.launched(app.id);
      }
    }
    return launches;
  }

  private match(app: AppDefinition, offer: Offer, left: readonly Resource[], launches: Launch[]): Match | RejectReason {
    const alike = [...this.parts.instances.ofApp(app.id), ...launches.map(({ instance }) => instance)].filter(
      (instance) =>
        instance.appId === app.id && instance.configVersion === configVersion(app) && instance.goal === "run",
    );
    return matchOffer(app, offer, left, alike, this.parts.rules);
  }

  private launchOf(app: AppDefinition, offer: Offer, { resources, hostPorts }: Match): Launch {
    const ids = newTaskId(app.id);
    const agentId = offer.agent_id.value;
    const host = offer.hostname;
    const instance: Instance = {
      ...ids,
      ...factsOf(offer),
      appId: app.id,
      version: app.version,
      configVersion: configVersion(app),
      role: app.role,
      agentId,
      hostPorts,
      state: "TASK_STAGING",
      isConfirmed: false,
      goal: "run",
      stagedAt: new Date().toISOString(),
      ipAddresses: [],
    };
    const placement = { app, taskId: ids.taskId, agentId, host, hostPorts, resources };
    return { instance, task: taskInfo(placement, this.parts.taskInfo) };
  }
}
