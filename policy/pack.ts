import { type Policies, PolicyPack } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { ConfigurationError, type Environment, environmentOf } from "../stacks/environment";
import { recordedState } from "./recorded-state";
import { fromPulumi, type Resource } from "./resource";
import type { Rule } from "./rule";
import { rules } from "./rules";

/** The environment of the stack that is looked at. Without one the program itself says what is wrong with it. */
function readEnvironment(): Environment | undefined {
  try {
    return environmentOf(pulumi.getStack(), pulumi.runtime.allConfig());
  } catch (error) {
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
}

/** Rules as Pulumi runs them, at the levels that the environment asks for. */
function policies(environment: Environment, recorded: Promise<readonly Resource[]>): Policies {
  const policy = (rule: Rule): Policies[number] => {
    const { name, description, level } = rule;
    const common = { name, description, enforcementLevel: environment.policy.levels[name] ?? level };
    if ("stack" in rule) {
      return {
        ...common,
        async validateStack({ resources }, report) {
          const facts = { environment, recorded: await recorded };
          for (const { urn, message } of rule.stack(resources.map(fromPulumi), facts))
            report(message, urn || undefined);
        },
      };
    }
    return {
      ...common,
      async validateResource(args, report) {
        const facts = { environment, recorded: await recorded };
        for (const message of rule.resource(fromPulumi(args), facts)) report(message);
      },
    };
  };
  return rules.map(policy);
}

const environment = readEnvironment();
const recorded = environment ? recordedState(environment.name) : Promise.resolve([]);
// The rules say that it failed.
recorded.catch(() => {});

new PolicyPack("drover", { policies: environment ? policies(environment, recorded) : [] });
