import type { UnreachableStrategy } from "@drover/lib/marathon/types";
import type { Instance } from "../model/instance";

/** True when a task on a lost agent is no longer waited for: another takes its place. */
export function isGivenUp(instance: Instance, strategy: UnreachableStrategy | undefined, nowMs: number): boolean {
  return awaySeconds(instance, nowMs) >= limit(strategy, "inactiveAfterSeconds");
}

/** True when a task on a lost agent is to be forgotten; should it come back, it is killed. */
export function isToBeForgotten(instance: Instance, strategy: UnreachableStrategy | undefined, nowMs: number): boolean {
  return awaySeconds(instance, nowMs) >= limit(strategy, "expungeAfterSeconds");
}

function awaySeconds({ unreachableSince }: Instance, nowMs: number): number {
  return unreachableSince === undefined ? -1 : (nowMs - Date.parse(unreachableSince)) / 1000;
}

function limit(
  strategy: UnreachableStrategy | undefined,
  which: "inactiveAfterSeconds" | "expungeAfterSeconds",
): number {
  if (strategy === undefined) return 0;
  return strategy === "disabled" ? Number.POSITIVE_INFINITY : strategy[which];
}
