import { fileSystems, maxSizeGb, maxVolumeName, volumeNamePattern } from "@drover/lib/block-volume";
import { z } from "zod";
import { maxCoreId, parseSubnet } from "./addresses";
import { azure, openstack } from "./cloud-schema";
import { policy } from "./policy-schema";
import { label, labelPattern, plainWord } from "./words";

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

const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._/:-]*(@sha256:[0-9a-f]{64})?$/, "an image reference, name:tag or name@sha256:…");

/** Services whose image can be overridden, and whose limits can be set. */
export const serviceNames = [
  "zookeeper",
  "mesos-master",
  "marathon",
  "chronos",
  "mesos-dns",
  "config-server",
  "bind",
  "haproxy",
  "edge",
  "volumes",
  "mesos-agent",
] as const;

export type ServiceName = (typeof serviceNames)[number];

const quotaGb = z.number().min(0.01, "at least 0.01 GB").max(1_000_000, "at most 1000000 GB");

const volumeFolder = z
  .string()
  .max(255, "at most 255 characters")
  .regex(/^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/, "a path from the volume's root, for instance /apache2/srv");

const volumeName = z
  .string()
  .max(maxVolumeName, `at most ${maxVolumeName} characters`)
  .regex(volumeNamePattern, "lower-case letters, digits, dashes, underscores and single inner dots");

/** A volume that the environment declares. Beside its size, only whether it is protected may change later. */
const blockVolume = z.strictObject({
  /** It grows with this number. It never shrinks. */
  sizeGb: z.int("a whole number of GB").min(1, "at least 1 GB").max(maxSizeGb, `at most ${maxSizeGb} GB`),
  /** What it is formatted with when a task first mounts it. */
  fs: z.enum(fileSystems).default("ext4"),
  /** One of the cloud's volume types. Default: openstack.volumeType; StandardSSD_LRS or _ZRS (azure); thin (docker). */
  type: plainWord.optional(),
  /** Availability zone (clouds azure and openstack). Default: on Azure all of them, else the cloud's choice. */
  zone: plainWord.optional(),
  /** True: Pulumi refuses to remove it, and leaves it when the stack goes. Default: true where purpose is production. */
  protect: z.boolean("true or false").optional(),
});

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

/** What each slave offers to Mesos; what is not given is the cloud's to say: detected on a virtual machine. */
const offered = {
  cpus: z.number().min(0.1, "at least 0.1").max(256, "at most 256").optional(),
  memoryMb: z.int("a whole number of MB").min(64, "at least 64 MB").optional(),
  diskMb: z.int("a whole number of MB").min(64, "at least 64 MB").optional(),
};

/** Mesos attributes, for constraints: rack, zone, … */
const attributes = z.record(plainWord, plainWord).default({});

/** The size of a virtual machine as its cloud calls it: Standard_D4s_v5, m1.large. */
const size = plainWord.optional();
const diskGb = z.int("a whole number of GB").min(10, "at least 10 GB").max(32_767, "at most 32767 GB");

/** Slaves that are alike. */
const pool = z.strictObject({
  /** How many. The pool `slave` has no number of its own: it has as many as `slaves` says. */
  number: z.int("a whole number").min(0, "0 or more").optional(),
  /** Number of the pool's first slave, from which names and addresses are counted. Never change it. */
  first: z.int("a whole number").min(0, "0 or more").default(0),
  size,
  /** Availability zones or racks, one after the other. Default: the cloud's zones. */
  zones: z.array(plainWord).min(1, "at least one zone").optional(),
  attributes,
  /** Spot machines: cheaper, and taken away by the cloud at any time (azure). */
  spot: z.boolean("true or false").default(false),
});

const cidrs = z.array(
  z.string().refine((text) => /^0\.0\.0\.0\/0$/.test(text) || parseSubnet(text, 32) !== undefined, {
    message: "an IPv4 network with its first address, for instance 203.0.113.0/24 or 203.0.113.7/32",
  }),
);

const url = z.url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://" });

/** The configuration of one environment, as written in stacks/Pulumi.<environment>.yaml. */
export const configuration = z.strictObject({
  /** Where machines come from. */
  cloud: z.enum(["docker", "azure", "openstack"]).default("docker"),
  /** How many slaves: the number of the pool `slave`. */
  slaves: z.int("a whole number").min(0, "0 or more").default(2),
  /** What slaves are made of, and further pools beside the pool `slave`. */
  pools: z.record(label, pool).default({}),
  /** A test environment may be torn down at any time; what production keeps data on is protected and retained. */
  purpose: z.enum(["test", "production"]).default("test"),
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

  /** What each slave offers to Mesos, in whatever pool. */
  slave: z.strictObject({ ...offered, attributes }).prefault({}),

  /** Virtual machines (clouds azure and openstack). */
  machines: z
    .strictObject({
      /** `diskGb`: the data disk, which outlives its machine. */
      core: z.strictObject({ size, diskGb: diskGb.default(128) }).prefault({}),
      slave: z.strictObject({ size, diskGb: diskGb.default(64) }).prefault({}),
      bastion: z.strictObject({ size }).prefault({}),
    })
    .prefault({}),

  /** Who reaches what from outside (clouds azure and openstack). */
  access: z
    .strictObject({
      /** Networks that may log in to the bastion; whoever runs `pulumi up` must be in one. */
      sshFrom: cidrs.default([]),
      /** Networks that may use the front door. */
      webFrom: cidrs.default(["0.0.0.0/0"]),
    })
    .prefault({}),

  /** Put on everything that can carry a tag, beside the environment's name. */
  tags: z.record(plainWord, plainWord).default({}),

  /** The registry that Drover's own images are pushed to and pulled from. Azure makes one when none is given. */
  registry: z
    .strictObject({
      server: z
        .string()
        .regex(/^[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9._-]+)*$/, "a registry's host, port and path, without a scheme"),
      /** For pushing from this computer; set the password with `pulumi config set --secret --path`. */
      username: z.string().optional(),
      password: z.string().optional(),
    })
    .optional(),

  /** For closed networks: where Docker pulls public images, where apt gets packages, and the way to everything else. */
  registryMirror: url.optional(),
  aptMirror: url.optional(),
  httpProxy: url.optional(),

  azure: azure.optional(),
  openstack: openstack.optional(),

  /** A slave that gives the master no sign of life for so long is lost, and its tasks start elsewhere. */
  slaveTimeoutSeconds: wholeSeconds.min(5, "at least 5").max(600, "at most 600").default(75),

  /** Block volumes of tasks (services/volumes); their backend is the cloud's own block storage. */
  volumes: z
    .strictObject({
      /**
       * How long a volume stays with a slave that gives no sign of life before another may take it by force: the time-out
       * of its session with ZooKeeper, which grants 2 to 20 of its ticks of 2 s.
       */
      graceSeconds: wholeSeconds
        .min(4, "at least 4, the shortest session that ZooKeeper grants")
        .max(40, "at most 40, the longest session that ZooKeeper grants")
        .default(10),
      /** Size of a volume that is made without one. */
      defaultSizeGb: z.int("a whole number of GB").min(1, "at least 1 GB").max(32_767, "at most 32767 GB").default(16),
    })
    .prefault({}),

  /**
   * Block volumes that are there before any task asks for them, by name. Those that tasks make themselves are the tasks':
   * no stack knows of them.
   */
  blockVolumes: z.record(volumeName, blockVolume).default({}),

  /** GlusterFS on the core machines' data disks, which every slave has at /mnt/gv0. */
  sharedVolume: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** The most that it holds, in GB. Default: what the data disks hold. */
      sizeGb: quotaGb.optional(),
      /** The most that single folders of it hold, in GB, by path from its root. They are made where missing. */
      quotasGb: z.record(volumeFolder, quotaGb).default({}),
      /**
       * cloud `docker`: certificates and encryption between machines, for files and management. Set it before the first
       * start.
       */
      tls: z.boolean().default(false),
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

  /**
   * Where Chronos runs: `core` beside Marathon on every core machine, `marathon` as three instances of an app. Its name
   * and its jobs are the same.
   */
  chronos: z.strictObject({ placement: z.enum(["core", "marathon"]).default("core") }).prefault({}),

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
