import { nearest } from "@drover/lib/nearest";
import type { z } from "zod";
import { coreAddress, parseSubnet, type Subnet } from "./addresses";
import { looksFirst, slaveOffers } from "./cloud-schema";
import { type PlannedMachine, type PlannedPool, type PlannedSlave, plannedPools, poolProblems } from "./pools";
import { type Configuration, configuration } from "./schema";

export type { PlannedMachine, PlannedPool, PlannedSlave } from "./pools";

export interface PlannedCore extends PlannedMachine {
  role: "core";
  /** ZooKeeper's server id. */
  id: number;
}

/** Everything a user can say about one cluster, checked, with defaults, and never changed afterwards. */
export interface Environment extends Readonly<Omit<Configuration, "core" | "slaves" | "pools" | "network">> {
  /** Name of the environment: the stack. */
  readonly name: string;
  readonly subnet: Subnet;
  readonly core: readonly PlannedCore[];
  readonly pools: readonly PlannedPool[];
  /** The slaves of all pools. */
  readonly slaves: readonly PlannedSlave[];
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
  const { core, slaves, pools: configured, network, ...rest } = parsed.data;
  const subnet = parseSubnet(network.subnet);
  if (!subnet) throw new ConfigurationError(stack, [`${prefix}network.subnet: ${network.subnet} is no network`]);
  const problems = [...poolProblems(slaves, configured, subnet), ...purposeProblems(stack, rest.purpose)];
  if (problems.length > 0) throw new ConfigurationError(stack, problems);
  const { azure, openstack } = rest;
  const zones = { docker: undefined, azure, openstack }[rest.cloud]?.zones ?? [];
  const pools = plannedPools(parsed.data, zones, subnet);
  return Object.freeze({
    ...rest,
    slave: { ...slaveOffers[rest.cloud], ...rest.slave },
    policy: { ...rest.policy, lookFirst: rest.policy.lookFirst ?? looksFirst[rest.cloud] },
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
    pools,
    slaves: pools.flatMap((pool) => pool.slaves),
  });
}

/** A stack must not be called what its environment is not. */
function purposeProblems(stack: string, purpose: Configuration["purpose"]): string[] {
  return purpose === "test" && /^prod/.test(stack)
    ? [
        `${prefix}purpose: "test" is not allowed in ${stack}; choose production, or another name for a cluster that may be torn down at any time`,
      ]
    : [];
}

/** A majority of the core machines: the quorum of ZooKeeper and of the masters' log. */
export function quorum(machines: number): number {
  return Math.floor(machines / 2) + 1;
}
