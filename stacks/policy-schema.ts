import { z } from "zod";

/** The rules of the policy pack in policy/, by name. */
export const ruleNames = [
  "core-quorum",
  "core-zones",
  "open-ports",
  "public-addresses",
  "slave-addresses",
  "password-login",
  "encrypted-disks",
  "container-limits",
  "container-restart",
  "container-logs",
  "docker-socket",
  "privileged",
  "pinned-images",
  "clear-secrets",
  "user-data-secrets",
  "protected-data",
  "tags",
  "names",
  "slave-count",
  "removals",
  "replaced-data",
  "budget",
] as const;

export type RuleName = (typeof ruleNames)[number];

const name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "letters, digits, dots, dashes and underscores");

/** What the policy pack holds an environment to: levels of its rules, and their parameters. */
export const policy = z
  .strictObject({
    /**
     * True makes `npm run up` preview with the pack, and change nothing when a mandatory rule is broken. Default: true on
     * Azure and OpenStack, false for machines in Docker.
     */
    lookFirst: z.boolean("true or false").optional(),
    /** What a broken rule does: `mandatory` stops the update, `advisory` tells. Default: the rule's own level. */
    levels: z.partialRecord(z.enum(ruleNames), z.enum(["advisory", "mandatory", "disabled"])).default({}),
    /** The most slaves there may be. */
    maximumSlaves: z.int("a whole number").min(1, "at least 1").max(10_000, "at most 10000").default(100),
    /** The largest share of the slaves that one update may remove without being confirmed. */
    maximumRemovedShare: z.number().min(0, "0 to 1").max(1, "0 to 1").default(0.5),
    /** True lets one update remove more slaves than that, or remove or replace data volumes. Set it for that update only. */
    confirmRemoval: z.boolean().default(false),
    /** Estimated cost that must not be passed, in US dollars a month. Default: no limit. */
    monthlyBudget: z.number().min(1, "at least 1").optional(),
    /** US dollars a month by what is billed, for instance a size of machines; wins over policy/cost/prices.ts. */
    prices: z.record(z.string().min(1), z.number().min(0, "0 or more")).default({}),
    /** Ports that may be open to the world. */
    openPorts: z.array(z.int("a whole number").min(1, "1 to 65535").max(65535, "1 to 65535")).default([80, 443]),
    /** Containers that may use the machine's Docker engine. */
    dockerSocket: z.array(name).default(["mesos-agent"]),
    /** Containers that may be privileged. */
    privileged: z.array(name).default([]),
    /** Cinder's volume types that encrypt what they hold. */
    encryptedVolumeTypes: z.array(name).default([]),
  })
  .prefault({});
