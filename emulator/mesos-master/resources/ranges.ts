import type { Range } from "@drover/lib/mesos/types";

/** Sets of whole numbers as sorted ranges (both ends included) that neither overlap nor touch. */
export type RangeSet = readonly Range[];

/** Brings ranges in any order into the normal form. @throws Error when one has its end before its begin */
export function normaliseRanges(ranges: readonly Range[]): RangeSet {
  const result: Range[] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    if (!Number.isInteger(begin) || !Number.isInteger(end) || begin < 0 || end < begin) {
      throw new Error(`[${begin}-${end}] is not a range`);
    }
    const last = result.at(-1);
    if (last && begin <= last.end + 1) {
      last.end = Math.max(last.end, end);
    } else {
      result.push({ begin, end });
    }
  }
  return result;
}

export function unionRanges(a: RangeSet, b: RangeSet): RangeSet {
  return normaliseRanges([...a, ...b]);
}

/** What of `a` is not in `b`. */
export function subtractRanges(a: RangeSet, b: RangeSet): RangeSet {
  const result: Range[] = [];
  let next = 0;
  for (const range of a) {
    let begin = range.begin;
    while (next < b.length && (b[next]?.end ?? 0) < begin) {
      next += 1;
    }
    for (let index = next; index < b.length && (b[index]?.begin ?? 0) <= range.end; index++) {
      const taken = b[index] ?? range;
      if (taken.begin > begin) {
        result.push({ begin, end: taken.begin - 1 });
      }
      begin = Math.max(begin, taken.end + 1);
    }
    if (begin <= range.end) {
      result.push({ begin, end: range.end });
    }
  }
  return result;
}

export function containsRanges(a: RangeSet, b: RangeSet): boolean {
  return subtractRanges(b, a).length === 0;
}

/** How many numbers the set holds. */
export function countRanges(ranges: RangeSet): number {
  return ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0);
}

/** `[31000-31005, 32000-32000]`, as Mesos writes ports. */
export function formatRanges(ranges: RangeSet, separator = ", "): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(separator)}]`;
}
