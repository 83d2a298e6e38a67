import type { Environment } from "../stacks/environment";
import type { RuleName } from "../stacks/policy-schema";
import type { Resource } from "./resource";

/** What a rule holds a stack to, besides its resources. */
export interface Facts {
  environment: Environment;
  /** What the state recorded at the last update holds; empty for a new stack. */
  recorded: readonly Resource[];
}

/** One broken rule: what is wrong, and what to do. */
export interface Violation {
  urn: string;
  message: string;
}

interface Common {
  name: RuleName;
  /** What is so in a stack that keeps the rule. */
  description: string;
  /** The level unless the environment says another. */
  level: "advisory" | "mandatory";
}

/** A rule about one resource alone; it stops the update before that resource is touched. Gives what is wrong. */
export interface ResourceRule extends Common {
  resource(resource: Resource, facts: Facts): string[];
}

/** A rule about how resources go together. */
export interface StackRule extends Common {
  stack(resources: readonly Resource[], facts: Facts): Violation[];
}

export type Rule = ResourceRule | StackRule;

/** Everything that is wrong with a stack by some rules. */
export function violations(rules: readonly Rule[], resources: readonly Resource[], facts: Facts): Violation[] {
  return rules.flatMap((rule) =>
    "stack" in rule
      ? rule.stack(resources, facts)
      : resources.flatMap((resource) =>
          rule.resource(resource, facts).map((message) => ({ urn: resource.urn, message })),
        ),
  );
}
