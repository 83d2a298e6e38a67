import type { Offer } from "@drover/lib/mesos/types";
import { LaunchDelays } from "../deployments/launch-delays";
import type { RunSpec } from "../model/run-spec";
import { type RejectReason, rejectReasons } from "../placement/offer-match";

export interface RejectSummary {
  reason: RejectReason;
  declined: number;
  processed: number;
}

/** An offer that did not fit. */
export interface UnusedOffer {
  offer: Offer;
  reason: RejectReason;
  timestamp: string;
}

interface Entry {
  app: RunSpec;
  count: number;
  since: string;
  processed: number;
  unused: number;
  lastUnusedOfferAt?: string;
  lastUsedOfferAt?: string;
  /** Reasons since the entry is there, and those of the last round of offers. */
  rejects: Map<RejectReason, number>;
  lastRejects: RejectReason[];
  /** By agent: the last offer of each that did not fit. */
  unusedOffers: Map<string, UnusedOffer>;
}

/** The tasks that are wanted and have no offer yet, by app, with what became of the offers so far. */
export class LaunchQueue {
  readonly delays = new LaunchDelays();
  private readonly entries = new Map<string, Entry>();

  /** Sets how many tasks of an app are missing; 0 takes it from the queue. */
  want(app: RunSpec, count: number): void {
    if (count === 0) {
      this.entries.delete(app.id);
      return;
    }
    const entry = this.entries.get(app.id) ?? {
      since: new Date().toISOString(),
      processed: 0,
      unused: 0,
      rejects: new Map(),
      lastRejects: [],
      unusedOffers: new Map(),
    };
    this.entries.set(app.id, { ...entry, app, count });
  }

  forget(appId: string): void {
    this.entries.delete(appId);
    this.delays.reset(appId);
  }

  /** One of the missing tasks has got its offer. */
  launched(appId: string): void {
    const entry = this.entries.get(appId);
    if (entry === undefined) return;
    const now = new Date().toISOString();
    this.entries.set(appId, { ...entry, count: entry.count - 1, processed: entry.processed + 1, lastUsedOfferAt: now });
    if (entry.count === 1) this.entries.delete(appId);
  }

  /** A round of offers begins: its reasons replace those of the last one. */
  beginRound(): void {
    for (const entry of this.entries.values()) entry.lastRejects = [];
  }

  rejected(appId: string, reason: RejectReason, offer: Offer): void {
    const entry = this.entries.get(appId);
    if (entry === undefined) return;
    entry.processed++;
    entry.unused++;
    const timestamp = new Date().toISOString();
    entry.lastUnusedOfferAt = timestamp;
    entry.unusedOffers.set(offer.agent_id.value, { offer, reason, timestamp });
    entry.rejects.set(reason, (entry.rejects.get(reason) ?? 0) + 1);
    entry.lastRejects.push(reason);
  }

  /** Apps whose tasks may start now, those that wait longest first. */
  ready(nowMs: number): RunSpec[] {
    return [...this.entries.values()].map((entry) => entry.app).filter((app) => this.delays.leftMs(app, nowMs) === 0);
  }

  isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** Missing tasks of an app. */
  countOf(appId: string): number {
    return this.entries.get(appId)?.count ?? 0;
  }

  /** The queue, app by app. */
  describe(nowMs: number): QueueItem[] {
    return [...this.entries.values()].map((entry) => {
      const leftMs = this.delays.leftMs(entry.app, nowMs);
      return {
        app: entry.app,
        count: entry.count,
        since: entry.since,
        delay: { timeLeftSeconds: Math.ceil(leftMs / 1000), overdue: leftMs === 0 },
        processedOffersSummary: {
          processedOffersCount: entry.processed,
          unusedOffersCount: entry.unused,
          ...(entry.lastUnusedOfferAt ? { lastUnusedOfferAt: entry.lastUnusedOfferAt } : {}),
          ...(entry.lastUsedOfferAt ? { lastUsedOfferAt: entry.lastUsedOfferAt } : {}),
          rejectSummaryLastOffers: summarise(countOf(entry.lastRejects)),
          rejectSummaryLaunchAttempt: summarise(entry.rejects),
        },
        lastUnusedOffers: [...entry.unusedOffers.values()],
      };
    });
  }
}

export interface QueueItem {
  app: RunSpec;
  count: number;
  since: string;
  delay: { timeLeftSeconds: number; overdue: boolean };
  processedOffersSummary: {
    processedOffersCount: number;
    unusedOffersCount: number;
    lastUnusedOfferAt?: string;
    lastUsedOfferAt?: string;
    rejectSummaryLastOffers: RejectSummary[];
    rejectSummaryLaunchAttempt: RejectSummary[];
  };
  lastUnusedOffers: UnusedOffer[];
}

function countOf(reasons: RejectReason[]): Map<RejectReason, number> {
  const counts = new Map<RejectReason, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** Every reason in the order of the checks: how many offers came so far and how many ended there. */
function summarise(declined: ReadonlyMap<RejectReason, number>): RejectSummary[] {
  let processed = [...declined.values()].reduce((sum, each) => sum + each, 0);
  return rejectReasons.map((reason) => {
    const count = declined.get(reason) ?? 0;
    const summary = { reason, declined: count, processed };
    processed -= count;
    return summary;
  });
}
