import { costOf } from "../../policy/cost/estimate";
import { priceBasis } from "../../policy/cost/prices";
import type { Environment } from "../../stacks/environment";
import { billedNeeds } from "./needs";

/** One thing that was looked at in the user's account. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was found, and what to do when it is not enough. */
  text: string;
}

/** A quota against what is needed of it; a limit below 0 means that there is none. */
export function quota(what: string, needed: number, used: number, limit: number): Finding {
  const free = limit < 0 ? Number.POSITIVE_INFINITY : limit - used;
  const ok = needed <= free;
  const shown = limit < 0 ? "no limit" : `${Math.max(0, free)} of ${limit} free`;
  return { what, ok, text: `${needed} needed, ${shown}${ok ? "" : ": ask for more, or choose less"}` };
}

export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.map(({ what, ok, text }) => `  ${ok ? "ok " : "NO "} ${what.padEnd(width)}  ${text}\n`).join("");
}

/** The estimated monthly cost, line by line. */
export function renderCost(environment: Environment): string {
  const { total, lines, unpriced } = costOf(billedNeeds(environment), environment.policy.prices);
  const line = (label: string, monthly: number) => `  ${monthly.toFixed(2).padStart(10)}  ${label}\n`;
  return [
    "Estimated cost in USD a month, without traffic and discounts:\n",
    ...lines.map(({ what, count, monthly }) => line(`${count} x ${what}`, monthly)),
    line("together", total),
    `  The prices are ${priceBasis}. Give your own with --price "<name>=<USD a month>".\n`,
    ...(unpriced.length > 0 ? [`  without a price, so not in it: ${unpriced.join(", ")}\n`] : []),
  ].join("");
}
