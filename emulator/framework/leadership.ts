import { setTimeout as delay } from "node:timers/promises";

/** Who leads, as one instance knows it. */
export interface Leadership<Leader> {
  /** Present once this instance leads and has read its state. */
  leader?: Leader;
  /** `host:port` of whoever leads. */
  address?: string;
}

/** How long a request is held back while nobody who could answer is known: upstream Marathon looks ten times, every 250 ms. */
const settleMs = 2_500;
const pollMs = 50;

/**
 * Resolves once this instance leads or knows another that does, at the latest after 2.5 s: at its start, and while the
 * leadership goes from one to another, an instance knows neither for a moment.
 * @param own `host:port` of this instance
 * @param lost a leader that did not answer, so another is waited for
 */
export async function leadershipSettled(leadership: Leadership<unknown>, own: string, lost?: string): Promise<void> {
  const endMs = Date.now() + settleMs;
  const isSettled = () => leadership.leader !== undefined || ![undefined, own, lost].includes(leadership.address);
  while (!isSettled() && Date.now() < endMs) await delay(pollMs);
}
