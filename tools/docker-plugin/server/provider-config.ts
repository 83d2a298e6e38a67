import { parseAddress } from "../host/address";
import { check, type Failure } from "../schema/check";
import { type ProviderInputs, providerInputs } from "../schema/provider";
import { UNKNOWN, type Value, type Values } from "./values";

/** Keys that Pulumi itself puts among a provider's inputs. */
const ENGINE_KEYS = new Set(["version", "pluginDownloadURL", "__internal"]);

/** Every way in which a provider's inputs are wrong, and the environment's where it would lead elsewhere. */
export function checkConfig(config: Values, env: NodeJS.ProcessEnv = process.env): Failure[] {
  const inputs = configInputs(config);
  const failures = check(inputs, providerInputs);
  if (failures.length > 0) return failures;
  const { host } = inputs;
  if (host === undefined && !["", "default", undefined].includes(env.DOCKER_CONTEXT)) {
    return [
      { property: "host", reason: "DOCKER_CONTEXT is set, and contexts are not supported: unset it and set `host`" },
    ];
  }
  if (host !== undefined && typeof host !== "string") return [];
  try {
    parseAddress(host, env);
    return [];
  } catch (error) {
    return [{ property: "host", reason: (error as Error).message }];
  }
}

/** The inputs of a provider that {@link checkConfig} found right. */
export function parseConfig(config: Values): ProviderInputs {
  return configInputs(config) as ProviderInputs;
}

/** Pulumi sends whatever is not a string as JSON text. Empty means not set. */
function configInputs(config: Values): Values {
  const inputs: Values = {};
  for (const [name, value] of Object.entries(config)) {
    if (ENGINE_KEYS.has(name) || value === "") continue;
    const isText = providerInputs[name as keyof typeof providerInputs]?.type.kind === "string";
    inputs[name] = typeof value === "string" && value !== (UNKNOWN as Value) && !isText ? parseJson(value) : value;
  }
  return inputs;
}

function parseJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
