import * as z from "zod";
import {
  constraintOperator,
  count,
  fetch,
  labels,
  network,
  resourceLimits,
  seconds,
  share,
  unreachableStrategy,
} from "./app-schema";

/** The shape of a pod in a request. What may stand together is checked later. */

const name = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a name of lower-case letters, digits and hyphens");
const portNumber = z.number().int().min(0).max(65535);
const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,253}$/),
  z.union([z.object({ secret: z.string() }), z.string()]),
);

const command = z.union([z.object({ argv: z.array(z.string()).min(1) }), z.object({ shell: z.string().min(1) })]);

const endpoint = z.object({
  name,
  containerPort: portNumber.optional(),
  hostPort: portNumber.optional(),
  protocol: z.array(z.enum(["tcp", "udp"])).default(["tcp"]),
  labels: labels.default({}),
  networkNames: z.array(z.string().min(1)).optional(),
});

const healthCheck = z.object({
  http: z
    .object({
      endpoint: name,
      path: z.string().min(1).max(1024).default("/"),
      scheme: z.enum(["HTTP", "HTTPS"]).default("HTTP"),
    })
    .optional(),
  tcp: z.object({ endpoint: name }).optional(),
  exec: z.object({ command }).optional(),
  gracePeriodSeconds: seconds.default(300),
  intervalSeconds: seconds.default(60),
  timeoutSeconds: seconds.default(20),
  maxConsecutiveFailures: count.default(3),
  delaySeconds: seconds.default(2),
});

const resources = z.object({
  cpus: z.number().min(0.001),
  mem: z.number().min(0.001),
  disk: z.number().min(0).default(0),
  gpus: count.default(0),
});

const container = z.object({
  name,
  exec: z.object({ command, overrideEntrypoint: z.boolean().optional() }).optional(),
  resources,
  resourceLimits: resourceLimits.optional(),
  endpoints: z.array(endpoint).default([]),
  image: z
    .object({
      kind: z.enum(["DOCKER"]),
      id: z.string().min(1).max(1024),
      forcePull: z.boolean().default(false),
      labels: labels.default({}),
      pullConfig: z.unknown().optional(),
    })
    .optional(),
  environment: environment.default({}),
  user: z.string().min(1).optional(),
  labels: labels.default({}),
  healthCheck: healthCheck.optional(),
  volumeMounts: z
    .array(z.object({ name, mountPath: z.string().min(1).max(1024), readOnly: z.boolean().optional() }))
    .default([]),
  artifacts: z.array(fetch).default([]),
  lifecycle: z.object({ killGracePeriodSeconds: seconds.optional() }).optional(),
  tty: z.boolean().optional(),
  linuxInfo: z.unknown().optional(),
});

const volume = z.object({
  name,
  host: z.string().min(1).max(1024).optional(),
  secret: z.unknown().optional(),
  persistent: z.unknown().optional(),
});

const scheduling = z.object({
  backoff: z
    .object({
      backoff: seconds.optional(),
      backoffFactor: z.number().min(1).optional(),
      maxLaunchDelay: seconds.optional(),
    })
    .optional(),
  upgrade: z.object({ minimumHealthCapacity: share.optional(), maximumOverCapacity: share.optional() }).optional(),
  placement: z
    .object({
      constraints: z
        .array(z.object({ fieldName: z.string().min(1), operator: constraintOperator, value: z.string().optional() }))
        .default([]),
      acceptedResourceRoles: z.array(z.string().min(1)).default([]),
    })
    .optional(),
  killSelection: z.enum(["YOUNGEST_FIRST", "OLDEST_FIRST"]).optional(),
  unreachableStrategy: unreachableStrategy.optional(),
});

export const podSchema = z.object({
  id: z.string().min(1),
  labels: labels.default({}),
  user: z.string().min(1).optional(),
  environment: environment.default({}),
  containers: z.array(container).min(1),
  volumes: z.array(volume).default([]),
  networks: z.array(network).default([]),
  scaling: z.object({ kind: z.literal("fixed"), instances: count.default(1) }).optional(),
  scheduling: scheduling.optional(),
  executorResources: resources.partial().optional(),
  role: z.string().min(1).optional(),
  version: z.string().optional(),
  // Known to upstream, refused here (pod-request.ts).
  secrets: z.record(z.string(), z.unknown()).optional(),
  linuxInfo: z.unknown().optional(),
  legacySharedCgroups: z.boolean().optional(),
});

/** A pod as it was sent, with what has a default of its own. */
export type RawPod = z.infer<typeof podSchema>;
