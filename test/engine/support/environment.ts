import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { Environment } from "../../../stacks/environment";
import { root } from "../../../tools/system/paths";
import { environmentIn } from "../../../tools/system/preflight";

export type Config = Readonly<Record<string, unknown>>;

/** The configuration of a shipped environment. */
export function shipped(stack: string): Config {
  const yaml = readFileSync(join(root, "stacks", `Pulumi.${stack}.yaml`), "utf8");
  return (parse(yaml) as { config: Config }).config;
}

/** What a configuration describes. */
export function environmentFrom(stack: string, config: Config): Environment {
  return environmentIn(stack, stringify({ config }));
}

/** The configuration with something else for the policy pack. */
export function withPolicy(config: Config, more: Config): Config {
  return { ...config, "drover:policy": { ...(config["drover:policy"] as Config | undefined), ...more } };
}
