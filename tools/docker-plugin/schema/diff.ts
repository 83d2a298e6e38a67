import { UNKNOWN, type Value, type Values } from "../server/values";
import type { Kind, Properties } from "./types";

/** How one top-level property differs. */
export interface PropertyChange {
  name: string;
  kind: "add" | "delete" | "update";
  replace: boolean;
}

/** The top-level properties in which two sets of inputs differ. An unknown value counts as a change. */
export function diff(olds: Values, news: Values, table: Properties): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const [name, property] of Object.entries(table)) {
    const before = olds[name];
    const after = news[name];
    if (same(before, after, property.type)) continue;
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    changes.push({ name, kind, replace: property.change === "replace" });
  }
  return changes;
}

/** Equality of two values of one kind: sets ignore order, an absent list, map or object equals an empty one. */
export function same(a: Value | undefined, b: Value | undefined, kind: Kind): boolean {
  return canonical(a, kind) === canonical(b, kind);
}

/** One string for all equal values; an unknown value equals nothing, not even another one. */
export function canonical(value: Value | undefined, kind: Kind): string {
  if (value === undefined) return empty(kind);
  if (value === UNKNOWN) return `unknown ${++unknowns}`;
  if (kind.kind === "list" && Array.isArray(value)) {
    const elements = value.map((element) => canonical(element, kind.of));
    return `[${(kind.ordered ? elements : [...new Set(elements)].sort()).join()}]`;
  }
  if (kind.kind === "object") return canonicalProperties(value as Values, kind.properties);
  if (kind.kind === "map") {
    const entries = Object.entries(value as Values).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, element]) => `${JSON.stringify(key)}:${canonical(element, { kind: "string" })}`).join()}}`;
  }
  return JSON.stringify(value);
}

/** {@link canonical} for the values of a whole table. */
export function canonicalProperties(values: Values, table: Properties): string {
  const entries = Object.entries(table)
    .filter(([name]) => values[name] !== undefined)
    .map(([name, property]) => `${name}:${canonical(values[name], property.type)}`)
    .sort();
  return `{${entries.join()}}`;
}

let unknowns = 0;

function empty(kind: Kind): string {
  if (kind.kind === "list") return "[]";
  return kind.kind === "map" || kind.kind === "object" ? "{}" : "";
}
