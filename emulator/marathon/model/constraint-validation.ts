import type { Constraint } from "@drover/lib/marathon/types";

/** What is wrong with the value of a constraint; empty when nothing is. */
export function constraintProblems([, operator, value]: Constraint): string[] {
  switch (operator) {
    case "UNIQUE":
      return value === undefined ? [] : ["Value specified but not used"];
    case "CLUSTER":
      return [];
    case "GROUP_BY":
      return value === undefined || isWholeNumber(value) ? [] : ["Value was specified but is not a number"];
    case "MAX_PER":
      return value !== undefined && isWholeNumber(value) ? [] : ["Value was not specified or is not a number"];
    case "LIKE":
    case "UNLIKE":
      return value === undefined ? ["A regular expression value must be provided"] : regexProblems(value);
    case "IS":
      return value === undefined ? ["A value must be provided"] : [];
  }
}

function isWholeNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function regexProblems(text: string): string[] {
  try {
    new RegExp(text);
    return [];
  } catch (error) {
    return [`'${text}' is not a valid regular expression: ${(error as Error).message}`];
  }
}
