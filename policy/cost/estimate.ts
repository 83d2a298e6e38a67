import { prices } from "./prices";

/** Something that is on the bill. */
export interface Billed {
  /** Its name in the price table: a machine's size, "public address", … */
  what: string;
  count: number;
}

export interface Estimate {
  /** US dollars a month, of everything that has a price. */
  total: number;
  lines: readonly { what: string; count: number; monthly: number }[];
  /** What has no price in the table and none in the overrides. */
  unpriced: readonly string[];
}

/**
 * The monthly cost of what is billed.
 * @param overrides prices in US dollars a month that win over the table
 */
export function costOf(billed: readonly Billed[], overrides: Readonly<Record<string, number>> = {}): Estimate {
  const counts = new Map<string, number>();
  for (const { what, count } of billed) counts.set(what, (counts.get(what) ?? 0) + count);
  const lines: { what: string; count: number; monthly: number }[] = [];
  const unpriced: string[] = [];
  for (const [what, count] of counts) {
    const price = overrides[what] ?? prices[what];
    if (price === undefined) unpriced.push(what);
    else lines.push({ what, count, monthly: price * count });
  }
  return { total: lines.reduce((sum, { monthly }) => sum + monthly, 0), lines, unpriced };
}
