import type { Attribute, Range, ValueType } from "@drover/lib/mesos/types";

/** The value part of a resource or an attribute: exactly one of the fields, as `type` says. */
export type TypedValue = Pick<Attribute, "scalar" | "ranges" | "set" | "text"> & { type: ValueType };

/**
 * Reads a value in the syntax of Mesos flags: `4`, `[31000-32000,33000-33100]`, `{a,b}`, anything else is text.
 * @throws Error when a range or set is malformed
 */
export function parseValue(text: string): TypedValue {
  const value = text.trim();
  if (value.startsWith("[")) {
    return { type: "RANGES", ranges: { range: parseRanges(value) } };
  }
  if (value.startsWith("{")) {
    return { type: "SET", set: { item: listInside(value, "}") } };
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)
    ? { type: "SCALAR", scalar: { value: Number(value) } }
    : { type: "TEXT", text: { value } };
}

/** Writes ranges as Mesos does in its state: `[31000-31001, 31005-31005]`. */
export function formatRanges(ranges: readonly Range[]): string {
  return `[${ranges.map(({ begin, end }) => `${begin}-${end}`).join(", ")}]`;
}

/** Sorts ranges and joins those that overlap or touch. */
export function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const { begin, end } of [...ranges].sort((a, b) => a.begin - b.begin)) {
    const last = joined.at(-1);
    if (last !== undefined && begin <= last.end + 1) {
      last.end = Math.max(last.end, end);
    } else {
      joined.push({ begin, end });
    }
  }
  return joined;
}

function parseRanges(value: string): Range[] {
  const ranges = listInside(value, "]").map((item) => {
    const match = /^(\d+)\s*-\s*(\d+)$/.exec(item);
    const range = { begin: Number(match?.[1]), end: Number(match?.[2]) };
    if (match === null || range.begin > range.end) {
      throw new Error(`'${item}' is not a range: write begin-end, for example [31000-32000]`);
    }
    return range;
  });
  return joinRanges(ranges);
}

function listInside(value: string, close: string): string[] {
  if (!value.endsWith(close)) {
    throw new Error(`'${value}' does not end with '${close}'`);
  }
  const inside = value.slice(1, -1).trim();
  return inside === "" ? [] : inside.split(",").map((item) => item.trim());
}
