/** Operators of constraints, in the order of upstream's message. */
export const operators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "MAX_PER", "UNLIKE", "IS"] as const;

type Operator = (typeof operators)[number];

/** What is wrong with a constraint as it was sent, `[field, operator, value?]`; undefined when nothing is. */
export function constraintProblem(given: readonly string[]): string | undefined {
  if (given.length < 2 || given.length > 3) return "Each constraint must have either 2 or 3 fields";
  const [field = "", name = "", value] = given;
  if (field === "") return "missing field for constraint declaration";
  const operator = operators.find((each) => each === name.toUpperCase());
  if (operator === undefined) {
    return "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS";
  }
  return valueProblem(operator, value === "" ? undefined : value);
}

function valueProblem(operator: Operator, value: string | undefined): string | undefined {
  switch (operator) {
    case "UNIQUE":
      return value === undefined ? undefined : "UNIQUE does not accept a value";
    case "CLUSTER":
      return undefined;
    case "GROUP_BY":
      return value === undefined || isWholeNumber(value)
        ? undefined
        : "GROUP BY must define an integer value or else no value at all";
    case "MAX_PER":
      return value !== undefined && isWholeNumber(value) ? undefined : "MAX_PER requires an integer value";
    case "LIKE":
    case "UNLIKE":
      if (value === undefined) return "LIKE and UNLIKE require a non-empty, regular expression value";
      return isPattern(value) ? undefined : "is not a valid regular expression";
    case "IS":
      return /^[a-zA-Z0-9_/.-]*$/.test(value ?? "")
        ? undefined
        : "IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)";
  }
}

function isWholeNumber(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
