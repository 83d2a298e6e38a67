import type { Environment, PlannedCore } from "../../stacks/environment";
import { dataFolder } from "../core/addresses";

/** Where each server keeps its copy: below the data disk, never its mount point itself. */
export const brickFolder = `${dataFolder}/bricks/gv0`;

/** Copies there are where there are machines for them: one may go and the others still are a majority. */
const wantedReplicas = 3;

/** How many core machines hold a copy: three of three or more; one of one, where nothing is redundant anyway. */
export function replicasOn(core: readonly PlannedCore[]): number {
  return Math.min(core.length, wantedReplicas);
}

/** Common names of the certificates that may read and write. */
export const storageNames = { server: "drover-storage-server", client: "drover-storage-client" } as const;

/** Options of the volume, by gluster's names. */
export function volumeOptions({ subnet, core, sharedVolume }: Environment): Record<string, string> {
  return {
    // The cluster's network, not a list of slaves: adding one must change nothing else.
    "auth.allow": subnet.cidr,
    // How long writes hang on a server that died without a word. The default, 42 s, is longer than Mesos waits for
    // anything; below 10 s a busy machine looks dead.
    "network.ping-timeout": "10",
    "performance.client-io-threads": "off",
    ...(replicasOn(core) > 1 && {
      // A client writes only while it sees a majority of the copies.
      "cluster.quorum-type": "auto",
      // A server that sees no majority of the pool stops its bricks.
      "cluster.server-quorum-type": "server",
      "cluster.self-heal-daemon": "on",
    }),
    ...(sharedVolume.tls && {
      "client.ssl": "on",
      "server.ssl": "on",
      "auth.ssl-allow": Object.values(storageNames).join(","),
      "ssl.certificate-depth": "1",
    }),
  };
}

/** Options of all volumes of the pool. 51 %: two of three, three of five. */
export function poolOptions(core: readonly PlannedCore[]): Record<string, string> {
  return core.length > 1 ? { "cluster.server-quorum-ratio": "51%" } : {};
}

/** Limits of folders in GB; "/" is the whole volume. */
export function folderQuotas({ sizeGb, quotasGb }: Environment["sharedVolume"]): Record<string, number> {
  return { ...quotasGb, ...(sizeGb !== undefined && { "/": sizeGb }) };
}
