import { z } from "zod";

/** Readers as lenient as upstream's: numbers and booleans may be written as text, text as numbers. */
const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], "must be text");
const number = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^-?\d+(\.\d+)?$/)
        .transform(Number),
    ],
    "must be a number",
  )
  .refine(Number.isFinite, "must be a number");
const count = number
  .transform(Math.trunc)
  .refine((value) => Number.isSafeInteger(value) && value >= 0, "must be a whole number, 0 or more");
const flag = z.union(
  [z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")],
  "must be true or false",
);
const upper = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  text.transform((word) => word.toUpperCase()).pipe(z.enum(words, `must be one of ${words.join(", ")}`));
/** The time of a run as the server writes it, or nothing. */
const instant = text.refine((value) => value === "" || !Number.isNaN(Date.parse(value)), "must be a time in ISO 8601");
const port = number.pipe(z.int().min(0).max(65_535));
const keyValue = z.object({ key: text, value: text });

const fetch = z.object({
  uri: text,
  executable: flag.default(false),
  cache: flag.default(false),
  extract: flag.default(true),
  output_file: text.default(""),
});

const volume = z.object({
  containerPath: text,
  hostPath: text.optional(),
  mode: upper(["RO", "RW"]).optional(),
  external: z.object({ name: text, provider: text, options: z.array(keyValue).default([]) }).optional(),
});

const networkInfo = z.object({
  name: text,
  protocol: z.enum(["IPv4", "IPv6"], "must be IPv4 or IPv6").optional(),
  labels: z.array(keyValue).default([]),
  portMappings: z.array(z.object({ hostPort: port, containerPort: port, protocol: text.optional() })).default([]),
});

const container = z.object({
  type: upper(["DOCKER", "MESOS"]).default("DOCKER"),
  image: text,
  network: upper(["BRIDGE", "HOST", "USER"]).default("HOST"),
  networkName: text.optional(),
  networkInfos: z.array(networkInfo).default([]),
  volumes: z.array(volume).default([]),
  forcePullImage: flag.default(false),
  parameters: z.array(keyValue).default([]),
});

const constraint = z
  .tuple([text, upper(["EQUALS", "LIKE", "UNLIKE"]), text], "must be [attribute, operator, value]")
  .refine(([, operator, value]) => operator === "EQUALS" || isRegularExpression(value), "must be a regular expression");

/** What a job is when nothing but its name is said; the server's flags say the rest. */
export interface JobDefaults {
  cpus: number;
  mem: number;
  disk: number;
  user: string;
}

/** A posted definition; fields it does not name are dropped, as upstream does. */
export function jobSchema(defaults: JobDefaults) {
  const amount = (initial: number) =>
    number
      .refine((value) => value >= 0, "must be 0 or more")
      .default(0)
      .transform((value) => (value === 0 ? initial : value));
  return z.object({
    name: text,
    command: text.default(""),
    shell: flag.default(true),
    arguments: z.array(text).default([]),
    executor: text.default(""),
    executorFlags: text.default(""),
    taskInfoData: text.default(""),
    retries: count.default(2),
    owner: text.default(""),
    ownerName: text.default(""),
    description: text.default(""),
    async: flag.default(false),
    successCount: count.default(0),
    errorCount: count.default(0),
    errorsSinceLastSuccess: count.default(0),
    lastSuccess: instant.default(""),
    lastError: instant.default(""),
    cpus: amount(defaults.cpus),
    mem: amount(defaults.mem),
    disk: amount(defaults.disk),
    gpus: number.refine((value) => value === 0, "GPUs are not supported by this Chronos").optional(),
    disabled: flag.default(false),
    softError: flag.default(false),
    concurrent: flag.default(false),
    highPriority: flag.default(false),
    dataProcessingJobType: flag.default(false),
    maxCompletionTime: count.default(0),
    runAsUser: text.default(defaults.user),
    fetch: z.array(fetch).default([]),
    uris: z.array(text).default([]),
    environmentVariables: z.array(z.object({ name: text, value: text })).default([]),
    constraints: z.array(constraint).default([]),
    container: container.optional(),
    schedule: text.optional(),
    scheduleTimeZone: text.default(""),
    parents: z.array(text).optional(),
  });
}

export type PostedJob = z.output<ReturnType<typeof jobSchema>>;

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
