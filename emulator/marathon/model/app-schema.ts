import type { Constraint } from "@drover/lib/marathon/types";
import * as z from "zod";
import { constraintProblem, operators } from "./constraint-validation";

/**
 * The shape of an app in a request: the new networking form beside the old one, everything optional. What may stand
 * together, and what this Marathon does not do, is checked later.
 */

export const labels = z.record(z.string(), z.string());
export const count = z.number().int().min(0);
export const seconds = z.number().min(0);
export const portNumber = z.number().int().min(0).max(65535);
const protocol = z
  .enum(["tcp", "udp", "udp,tcp", "tcp,udp"])
  .transform((given) => (given === "tcp,udp" ? "udp,tcp" : given));
const volumeMode = z.enum(["RO", "RW"]);
export const share = z.number().min(0).max(1);

export const portName = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9][-a-zA-Z0-9]*$/, "must be a name of letters, digits and hyphens");

const portMapping = z.object({
  containerPort: portNumber.optional(),
  hostPort: portNumber.optional(),
  servicePort: portNumber.optional(),
  protocol: protocol.optional(),
  name: portName.optional(),
  labels: labels.optional(),
  networkNames: z.array(z.string()).optional(),
});

const portDefinition = z.object({
  port: portNumber.optional(),
  protocol: protocol.optional(),
  name: portName.optional(),
  labels: labels.optional(),
});

const volume = z.object({
  containerPath: z.string().min(1),
  hostPath: z.string().min(1).optional(),
  mode: volumeMode.optional(),
  external: z
    .object({
      name: z.string().min(1),
      provider: z.string().min(1),
      options: z.record(z.string(), z.string()).default({}),
      size: count.optional(),
      shared: z.boolean().optional(),
    })
    .optional(),
  persistent: z
    .object({
      type: z.enum(["root", "path", "mount"]).default("root"),
      size: z.number().int(),
      maxSize: z.number().int().optional(),
      profileName: z.string().min(1).optional(),
      constraints: z.array(z.tuple([z.string(), z.enum(["LIKE", "UNLIKE"]), z.string()])).default([]),
    })
    .optional(),
  secret: z.unknown().optional(),
});

const docker = z.object({
  image: z.string().min(1).optional(),
  privileged: z.boolean().optional(),
  forcePullImage: z.boolean().optional(),
  parameters: z.array(z.object({ key: z.string().min(1), value: z.string() })).optional(),
  pullConfig: z.unknown().optional(),
  network: z.enum(["BRIDGE", "HOST", "USER", "NONE"]).optional(),
  portMappings: z.array(portMapping).optional(),
});

const container = z.object({
  type: z.enum(["DOCKER", "MESOS"]).optional(),
  docker: docker.optional(),
  volumes: z.array(volume).optional(),
  portMappings: z.array(portMapping).optional(),
  linuxInfo: z.unknown().optional(),
});

export const network = z.object({
  mode: z.enum(["host", "container", "container/bridge", "none"]).default("container"),
  name: z.string().min(1).optional(),
  labels: labels.optional(),
});

const ipAddress = z.object({
  networkName: z.string().min(1).optional(),
  labels: labels.optional(),
  groups: z.array(z.string()).optional(),
  discovery: z.object({ ports: z.array(z.unknown()).optional() }).optional(),
});

const healthCheck = z.object({
  protocol: z.enum(["HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP"]).default("HTTP"),
  path: z.string().optional(),
  portIndex: count.optional(),
  port: portNumber.optional(),
  command: z.object({ value: z.string().min(1) }).optional(),
  gracePeriodSeconds: seconds.default(300),
  intervalSeconds: seconds.default(60),
  timeoutSeconds: seconds.default(20),
  maxConsecutiveFailures: count.default(3),
  delaySeconds: seconds.optional(),
  ignoreHttp1xx: z.boolean().optional(),
  ipProtocol: z.enum(["IPv4", "IPv6"]).optional(),
});

const readinessCheck = z.object({
  name: z.string().min(1).default("readinessCheck"),
  protocol: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
  path: z.string().default("/"),
  portName: z.string().default("http-api"),
  intervalSeconds: seconds.default(30),
  timeoutSeconds: seconds.default(10),
  httpStatusCodesForReady: z.array(z.number().int().min(100).max(999)).min(1).default([200]),
  preserveLastResponse: z.boolean().default(false),
});

export const fetch = z.object({
  uri: z.string().min(1),
  extract: z.boolean().default(true),
  executable: z.boolean().default(false),
  cache: z.boolean().default(false),
  destPath: z.string().optional(),
});

/** Operators as pods give them; apps give a list of texts, whose messages are of another kind. */
export const constraintOperator = z.enum(operators);

const constraint = z.array(z.string()).transform((given, context): Constraint => {
  const problem = constraintProblem(given);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem, input: given });
  const [field = "", operator = "", value] = given;
  const known = operator.toUpperCase() as Constraint[1];
  return value ? [field, known, value] : [field, known];
});

const resourceLimit = z.union([z.literal("unlimited"), z.number().min(0)]);
export const resourceLimits = z.object({ cpus: resourceLimit.optional(), mem: resourceLimit.optional() });

export const unreachableStrategy = z.union([
  z.literal("disabled"),
  z.object({ inactiveAfterSeconds: seconds.optional(), expungeAfterSeconds: seconds.optional() }),
]);

export const appSchema = z.object({
  id: z.string().min(1).optional(),
  cmd: z.string().min(1).optional(),
  args: z.array(z.string()).optional(),
  user: z.string().min(1).optional(),
  env: z.record(z.string().min(1), z.union([z.object({ secret: z.string() }), z.string()])).optional(),
  labels: labels.optional(),
  instances: count.optional(),
  cpus: z.number().min(0.001).optional(),
  mem: z.number().min(0).optional(),
  disk: z.number().min(0).optional(),
  gpus: count.optional(),
  executor: z.string().optional(),
  role: z.string().min(1).optional(),
  constraints: z.array(constraint).optional(),
  acceptedResourceRoles: z.array(z.string().min(1)).min(1).optional(),
  fetch: z.array(fetch).optional(),
  uris: z.array(z.string().min(1)).optional(),
  dependencies: z.array(z.string().min(1)).optional(),
  backoffSeconds: seconds.optional(),
  backoffFactor: z.number().min(1).optional(),
  maxLaunchDelaySeconds: seconds.optional(),
  container: container.optional(),
  networks: z.array(network).optional(),
  ipAddress: ipAddress.optional(),
  portDefinitions: z.array(portDefinition).optional(),
  ports: z.array(portNumber).optional(),
  requirePorts: z.boolean().optional(),
  healthChecks: z.array(healthCheck).optional(),
  readinessChecks: z.array(readinessCheck).max(1).optional(),
  upgradeStrategy: z
    .object({ minimumHealthCapacity: share.optional(), maximumOverCapacity: share.optional() })
    .optional(),
  unreachableStrategy: unreachableStrategy.optional(),
  killSelection: z.enum(["YOUNGEST_FIRST", "OLDEST_FIRST"]).optional(),
  taskKillGracePeriodSeconds: seconds.optional(),
  residency: z
    .object({
      relaunchEscalationTimeoutSeconds: count.optional(),
      taskLostBehavior: z.enum(["WAIT_FOREVER", "RELAUNCH_AFTER_TIMEOUT"]).optional(),
    })
    .optional(),
  resourceLimits: resourceLimits.optional(),
  tty: z.boolean().optional(),
  // Known to upstream, refused here unless they say nothing (unsupported-fields.ts).
  secrets: z.record(z.string(), z.unknown()).optional(),
  check: z.unknown().optional(),
  executorResources: z.unknown().optional(),
  storeUrls: z.array(z.unknown()).optional(),
});

/** An app as it was sent, in either networking form. */
export type RawApp = z.infer<typeof appSchema>;
export type RawContainer = NonNullable<RawApp["container"]>;
export type RawVolume = z.infer<typeof volume>;
export type RawPortMapping = z.infer<typeof portMapping>;
