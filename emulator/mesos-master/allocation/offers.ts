import { MAX_TIMER_MS } from "@drover/lib/long-timer";
import { nowSeconds } from "../clock";
import type { TaskUpdates } from "../frameworks/task-updates";
import type { Leadership } from "../leadership/leadership";
import type { Agent, Framework, Offer } from "../model";
import type { Resources } from "../resources/resources";
import { offerMessage } from "../views/offer-message";

const DEFAULT_REFUSE_SECONDS = 5;
const MAX_REFUSE_SECONDS = 365 * 86_400;

export interface Grant {
  agent: Agent;
  role: string;
  resources: Resources;
}

/** How long a refusal holds, in milliseconds; absent, negative or no number: 5 s, at most a year. */
export function refuseMs(refuseSeconds: number | undefined): number {
  const seconds = refuseSeconds !== undefined && refuseSeconds >= 0 ? refuseSeconds : DEFAULT_REFUSE_SECONDS;
  return Math.min(seconds, MAX_REFUSE_SECONDS) * 1000;
}

/** Makes offers and takes them back. */
export class Offers {
  private next = 0;

  constructor(
    private readonly leadership: Leadership,
    private readonly updates: TaskUpdates,
  ) {}

  /** Offers and inverse offers are numbered together. */
  newId(): string {
    return `${this.leadership.info.id}-O${this.next++}`;
  }

  /** Offers resources of several agents to one framework in one event. */
  make(framework: Framework, grants: Grant[]): void {
    const { cluster, flags } = this.leadership;
    const offers = grants.map(({ agent, role, resources }) => {
      const offer: Offer = { id: this.newId(), framework, agent, role, resources };
      cluster.addOffer(offer);
      if (flags.offer_timeout !== undefined) {
        offer.expiry = setTimeout(() => this.rescind(offer), Math.min(flags.offer_timeout, MAX_TIMER_MS));
      }
      return offer;
    });
    this.updates.send(framework, { type: "OFFERS", offers: { offers: offers.map((offer) => offerMessage(offer)) } });
  }

  /** Takes an offer back and says so. */
  rescind(offer: Offer): void {
    this.leadership.cluster.removeOffer(offer);
    this.updates.send(offer.framework, { type: "RESCIND", rescind: { offer_id: { value: offer.id } } });
  }

  /** Takes all offers of an agent back. */
  rescindAgent(agent: Agent): void {
    for (const offer of [...agent.offers]) {
      this.rescind(offer);
    }
  }

  /** Takes the offers of a framework whose stream has gone: there is nobody to tell. */
  discard(framework: Framework): void {
    for (const offer of [...framework.offers]) {
      this.leadership.cluster.removeOffer(offer);
    }
  }

  /** The framework did not want these resources of the agent: they are not offered to that role of it for a while. */
  refuse(framework: Framework, role: string, agent: Agent, resources: Resources, refuseSeconds?: number): void {
    const ms = refuseMs(refuseSeconds);
    if (ms === 0 || resources.isEmpty) {
      return;
    }
    const filters = framework.filters.get(role) ?? new Map();
    framework.filters.set(role, filters);
    filters.set(agent.id, { untilMs: nowSeconds() * 1000 + ms, resources });
  }
}
