import { z } from "zod";
import { maxCoreId, parseSubnet } from "./addresses";
import { policy } from "./policy-schema";

/** RFC 1123 labels, lower case: what may become a host name, a DNS name, a container name. */
const labelPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const label = z.string().regex(labelPattern, "lower-case letters, digits and inner dashes, at most 63 characters");

const domain = z
  .string()
  .max(200, "at most 200 characters")
  .refine((text) => text.split(".").length >= 2 && text.split(".").every((part) => labelPattern.test(part)), {
    message: "a DNS domain of at least two lower-case labels, for instance drover.localhost",
  });

const subnet = z.string().refine((text) => parseSubnet(text) !== undefined, {
  message: "an IPv4 network with its first address, /8 to /30, for instance 10.77.0.0/24",
});

const port = z.int("a whole number").min(1, "1 to 65535").max(65535, "1 to 65535");
const wholeSeconds = z.int("a whole number of seconds");

/** Values become words of shell, unit and environment files, so their alphabet is small. */
const plainWord = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, "letters, digits, dots, dashes and underscores");

const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/:-]*(@sha256:[0-9a-f]{64})?$/, "an image reference, name:tag or name@sha256:…");

/** Services whose image can be overridden, and whose limits can be set. */
export const serviceNames = [
  "zookeeper",
  "mesos-master",
  "marathon",
  "mesos-dns",
  "config-server",
  "bind",
  "haproxy",
  "edge",
  "mesos-agent",
] as const;

export type ServiceName = (typeof serviceNames)[number];

const limits = z.strictObject({
  /** Memory limit of the container in MB. */
  memoryMb: z.int("a whole number of MB").min(32, "at least 32 MB").optional(),
  /** CPU limit of the container in cores. */
  cpus: z.number().min(0.05, "at least 0.05 cores").max(64, "at most 64 cores").optional(),
});

const coreMachine = z.strictObject({
  /** ZooKeeper's server id, and what the machine's address is counted from. Never reuse or change one. */
  id: z.int("a whole number").min(1, `1 to ${maxCoreId}`).max(maxCoreId, `1 to ${maxCoreId}`),
  /** Availability zone or rack; no two core machines share one where there are enough. */
  zone: plainWord.default("local"),
});

/** The configuration of one environment, as written in stacks/Pulumi.<environment>.yaml. */
export const configuration = z.strictObject({
  /** Where machines come from. */
  cloud: z.enum(["docker"]).default("docker"),
  /** How many slaves. */
  slaves: z.int("a whole number").min(0, "0 or more").default(2),
  /** The cluster's DNS domain; services are `<name>.<domain>`. */
  domain: domain.default("drover.localhost"),
  /** Which images run Mesos, Marathon and mesos-dns. */
  engine: z.enum(["upstream", "emulator"]).default("emulator"),

  network: z.strictObject({ subnet: subnet.default("10.77.0.0/24") }).prefault({}),

  /** Core machines by name. One, three or five: an even ensemble survives no more failures than the odd one below it. */
  core: z
    .record(label, coreMachine)
    .refine((machines) => [1, 3, 5].includes(Object.keys(machines).length), { message: "1, 3 or 5 machines" })
    .refine((machines) => new Set(Object.values(machines).map(({ id }) => id)).size === Object.keys(machines).length, {
      message: "machines with different ids",
    })
    .refine((machines) => !Object.keys(machines).some((name) => /^slave-\d+$/.test(name)), {
      message: "names other than slave-…, which are the slaves'",
    })
    .default({
      ops100: { id: 1, zone: "local" },
      ops110: { id: 2, zone: "local" },
      ops120: { id: 3, zone: "local" },
    }),

  /** The ports of the front door on the user's machine (cloud docker). */
  frontDoor: z
    .strictObject({ httpPort: port.default(8080), httpsPort: port.default(8443) })
    .refine(({ httpPort, httpsPort }) => httpPort !== httpsPort, { message: "two different ports" })
    .prefault({}),

  /** What each slave offers to Mesos. Local slaves share one laptop, so nothing is detected. */
  slave: z
    .strictObject({
      cpus: z.number().min(0.1, "at least 0.1").max(256, "at most 256").default(4),
      memoryMb: z.int("a whole number of MB").min(64, "at least 64 MB").default(2048),
      diskMb: z.int("a whole number of MB").min(64, "at least 64 MB").default(10_000),
      /** Mesos attributes, for constraints: rack, zone, … */
      attributes: z.record(plainWord, plainWord).default({}),
    })
    .prefault({}),

  /** Where BIND sends what it does not know: addresses of resolvers. Default: the cloud's own. */
  dns: z.strictObject({ forwarders: z.array(z.ipv4("an IPv4 address")).optional() }).prefault({}),

  /** A git repository whose files the configuration servers serve beside the rendered ones. */
  configRepository: z
    .strictObject({
      url: z.url("a URL"),
      branch: plainWord.default("main"),
      intervalSeconds: wholeSeconds.min(5, "at least 5").default(30),
    })
    .optional(),

  /**
   * How the front proxies find the elected master: `light` asks for /weights, which only a leader answers with 200;
   * `state` is the original's check, /master/state.json containing elected_time (Mesos up to 1.7).
   */
  masterCheck: z.enum(["light", "state"]).default("light"),

  /** Restart policy of core services. Docker does not start an on-failure container again after a reboot. */
  restart: z.enum(["always", "unless-stopped", "on-failure:10"]).default("always"),

  /** Limits by service; the defaults are in components/core. */
  limits: z.partialRecord(z.enum(serviceNames), limits).default({}),

  /** Image overrides by service. */
  images: z.partialRecord(z.enum(serviceNames), image).default({}),

  /** What the policy pack holds this environment to: policy-schema.ts. */
  policy,

  /** How long `pulumi up` waits for the cluster to be ready. */
  readyTimeoutSeconds: wholeSeconds.min(10, "at least 10").max(3600, "at most 3600").default(300),
});

export type Configuration = z.infer<typeof configuration>;
