import { nearest } from "@drover/lib/nearest";
import type { z } from "zod";
import { coreAddress, parseSubnet, type Subnet, slaveAddress, slaveCapacity, slaveName } from "./addresses";
import { type Configuration, configuration } from "./schema";

/** One machine as the environment asks for it; what it depends on is its name (and number), never its position. */
export interface PlannedMachine {
  hostname: string;
  role: "core" | "slave";
  address: string;
  zone: string;
}

export interface PlannedCore extends PlannedMachine {
  role: "core";
  /** ZooKeeper's server id. */
  id: number;
}

/** Everything a user can say about one cluster, checked, with defaults, and never changed afterwards. */
export interface Environment extends Readonly<Omit<Configuration, "core" | "slaves" | "network">> {
  /** Name of the environment: the stack. */
  readonly name: string;
  readonly subnet: Subnet;
  readonly core: readonly PlannedCore[];
  readonly slaves: readonly PlannedMachine[];
}

/** A configuration that cannot be used. Every problem is a line: key, value, what is allowed. */
export class ConfigurationError extends Error {
  constructor(
    stack: string,
    readonly problems: readonly string[],
  ) {
    super(`stacks/Pulumi.${stack}.yaml cannot be used:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.name = "ConfigurationError";
  }
}

const prefix = "drover:";

/**
 * Pulumi keeps every value as text, structured ones as JSON. Turns "3", "true", "{…}" back into values; other text
 * stays text, so that the schema can say what is wrong with it.
 */
function decoded(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** The value at a path of the raw configuration, as the user would recognise it. */
function shown(raw: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  return value === undefined ? "nothing" : JSON.stringify(value);
}

/** The keys that are allowed beside an unknown one: what the schema has at that path. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configuration;
  for (const key of path) schema = shapeOf(schema)?.[String(key)];
  const records = (schema as { def?: { innerType?: { def?: RecordDef } } & RecordDef } | undefined)?.def;
  const names = (records?.innerType?.def ?? records)?.keyType?.options;
  return names ? [...names] : Object.keys(shapeOf(schema) ?? {});
}

/** What a map with fixed names looks like inside the schema. */
interface RecordDef {
  keyType?: { options?: readonly string[] };
}

/** The shape of an object schema, looking through defaults and optionals. */
function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  let at = schema as
    | { shape?: Record<string, unknown>; def?: { innerType?: unknown; valueType?: unknown } }
    | undefined;
  while (at && !at.shape && (at.def?.innerType ?? at.def?.valueType)) {
    at = (at.def?.innerType ?? at.def?.valueType) as typeof at;
  }
  return at?.shape;
}

/** What a user calls the types of the schema. */
const typeNames: Record<string, string> = {
  int: "whole number",
  record: "map",
  object: "map",
  array: "list",
  string: "text",
};

/** One line for one issue: key, value, what is allowed. */
function explain(issue: z.core.$ZodIssue, raw: unknown): string[] {
  const key = `${prefix}${issue.path.join(".")}`;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((unknown) => {
      const known = knownKeys(issue.path);
      const meant = nearest(unknown, known);
      const full = [...issue.path, unknown].join(".");
      return `${prefix}${full}: unknown key${meant ? `, did you mean ${meant}?` : "."} Known here: ${known.join(", ")}`;
    });
  }
  if (issue.code === "invalid_key") {
    return [`${key}: this name is not allowed: ${issue.issues.map(({ message }) => message).join("; ")}`];
  }
  const allowed =
    issue.code === "invalid_value"
      ? `one of ${issue.values.map(String).join(", ")}`
      : issue.code === "invalid_type"
        ? `a ${typeNames[issue.expected] ?? issue.expected}`
        : issue.message;
  return [`${key}: ${shown(raw, issue.path)} is not allowed; it must be: ${allowed}`];
}

/**
 * Checks the configuration of a stack and gives the environment.
 * @param stack name of the stack
 * @param config all configuration of the stack as Pulumi gives it: `drover:slaves` -> "2"
 * @throws ConfigurationError with every problem found
 */
export function environmentOf(stack: string, config: Readonly<Record<string, string>>): Environment {
  const raw: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(config)) {
    if (key.startsWith(prefix)) raw[key.slice(prefix.length)] = decoded(text);
  }
  const parsed = configuration.safeParse(raw);
  if (!parsed.success) {
    throw new ConfigurationError(
      stack,
      parsed.error.issues.flatMap((issue) => explain(issue, raw)),
    );
  }
  const { core, slaves, network, ...rest } = parsed.data;
  const subnet = parseSubnet(network.subnet);
  if (!subnet) throw new ConfigurationError(stack, [`${prefix}network.subnet: ${network.subnet} is no network`]);
  const capacity = slaveCapacity(subnet);
  if (slaves > capacity) {
    throw new ConfigurationError(stack, [
      `${prefix}network.subnet: ${subnet.cidr} is too small: it has addresses for ${Math.max(0, capacity)} slaves beside the core machines, ${prefix}slaves asks for ${slaves}; choose a larger network`,
    ]);
  }
  return Object.freeze({
    ...rest,
    name: stack,
    subnet,
    core: Object.entries(core)
      .map(([hostname, { id, zone }]) => ({
        hostname,
        role: "core" as const,
        id,
        zone,
        address: coreAddress(subnet, id),
      }))
      .sort((a, b) => a.id - b.id),
    slaves: Array.from({ length: slaves }, (_, number) => ({
      hostname: slaveName(number),
      role: "slave" as const,
      zone: "local",
      address: slaveAddress(subnet, number),
    })),
  });
}

/** A majority of the core machines: the quorum of ZooKeeper and of the masters' log. */
export function quorum(machines: number): number {
  return Math.floor(machines / 2) + 1;
}
