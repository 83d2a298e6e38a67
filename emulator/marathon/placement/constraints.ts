import type { Constraint } from "@drover/lib/marathon/types";
import type { AgentFacts } from "../model/instance";
import { fieldText } from "./attribute-text";

/**
 * Whether one more task may go to an agent.
 * @param placed where the app's other tasks of the same configuration are
 */
export function fulfils(constraint: Constraint, agent: AgentFacts, placed: readonly AgentFacts[]): boolean {
  const [field, operator, wanted] = constraint;
  const value = fieldText(agent, field);
  if (value === undefined) return operator === "UNLIKE";
  const values = placed.map((each) => fieldText(each, field));
  const here = values.filter((each) => each === value).length;
  switch (operator) {
    case "UNIQUE":
      return here === 0;
    case "CLUSTER":
      return wanted === undefined ? here === values.length : value === wanted;
    case "MAX_PER":
      return here < Number(wanted);
    case "GROUP_BY":
      return keepsEven(values, here, Number(wanted ?? 1));
    case "LIKE":
      return matchesWhole(value, wanted);
    case "UNLIKE":
      return !matchesWhole(value, wanted);
    case "IS":
      return value === wanted;
  }
}

/** A value with the fewest tasks may take one more; any value may when all have the same number. */
function keepsEven(values: (string | undefined)[], here: number, expectedGroups: number): boolean {
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const seen = [...counts.values()];
  const most = Math.max(0, ...seen);
  const least = counts.size < expectedGroups ? 0 : Math.min(...seen);
  return here <= least || least === most;
}

function matchesWhole(value: string, pattern = ""): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}
