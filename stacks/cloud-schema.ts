import { z } from "zod";
import { plainWord } from "./words";

const zones = z.array(plainWord);

/** What only Azure needs to know. */
export const azure = z.strictObject({
  /** Region: westeurope, northeurope, … */
  location: plainWord,
  /** Default: drover-<environment>. */
  resourceGroup: plainWord.max(90, "at most 90 characters").optional(),
  /** Zones of the region that machines are spread over; none where the region has none. */
  zones: zones.default(["1", "2", "3"]),
  /** The machines' image by its exact version. */
  image: z.strictObject({
    publisher: plainWord.default("Debian"),
    offer: plainWord.default("debian-12"),
    sku: plainWord.default("12-gen2"),
    version: plainWord.refine((version) => version !== "latest", "an exact version, not latest"),
  }),
});

/** What only OpenStack needs to know. */
export const openstack = z.strictObject({
  /** Name of the cloud in clouds.yaml. Default: what the OS_… variables say. */
  cloud: plainWord.optional(),
  region: plainWord.optional(),
  /** File with the certificate of the authority that signed the cloud's endpoints, when it is not a public one. */
  caFile: z.string().min(1, "a file's path").optional(),
  /** Availability zones that machines are spread over. Default: the scheduler's choice. */
  zones: zones.default([]),
  /** The network that floating addresses come from. */
  externalNetwork: plainWord,
  /** Name of a Debian 12 image. */
  image: z.string().min(1, "an image's name"),
  /** Size of the root volume in GB when machines boot from a volume. Default: they boot from the image. */
  bootVolumeGb: z.int("a whole number of GB").min(10, "at least 10 GB").optional(),
  /** Type of all volumes; choose one that encrypts. Default: the cloud's. */
  volumeType: plainWord.optional(),
  /** Octavia, or an address that keepalived holds on the core machines where a cloud has no Octavia. */
  loadBalancer: z.enum(["octavia", "keepalived"]).default("octavia"),
});

/**
 * Whether `npm run up` looks before it changes anything, unless the environment says so: a preview costs more than
 * machines in Docker, which hold nothing that is missed.
 */
export const looksFirst = { docker: false, azure: true, openstack: true };

export type AzureSettings = z.infer<typeof azure>;
export type OpenStackSettings = z.infer<typeof openstack>;

/** What a slave offers unless the environment says so. Local slaves share one laptop; elsewhere the agent detects. */
export const slaveOffers = {
  docker: { cpus: 4, memoryMb: 2048, diskMb: 10_000 },
  azure: {},
  openstack: {},
};
