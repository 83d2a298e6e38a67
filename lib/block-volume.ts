/** What a block volume may be called: the same to every cloud, as a folder and in ZooKeeper. Case makes no difference. */
export const volumeNamePattern = /^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*$/;

/** What Docker itself makes up for a volume without a name; the shortest limit of the clouds is Azure's, 80. */
export const maxVolumeName = 64;

/** File systems that can be made. */
export const fileSystems = ["ext4", "xfs"] as const;
export type FileSystem = (typeof fileSystems)[number];

/** The largest volume that any of the clouds makes: 64 TB. */
export const maxSizeGb = 65_536;

/** The largest managed disk of Azure. */
export const maxAzureSizeGb = 32_767;

/** Tags (Azure) or metadata (OpenStack) of a volume: whose it is, and what a blank one is formatted with. */
export const clusterMark = "drover-cluster";
export const fsMark = "drover-fs";

/** Says whose a volume is, to the driver of that cluster, which sees no other. */
export function volumeMarks(cluster: string, fs: FileSystem): Record<string, string> {
  return { [clusterMark]: cluster, [fsMark]: fs };
}

/** cloud `docker`: the folder of image files that all slaves share. */
export const blockStoreFolder = "/var/lib/drover/block-store";

/**
 * Loop devices that slaves on one computer share. Those that the kernel makes when its loop module is loaded: their
 * number limits how many volumes can be in use at once on one computer.
 */
export const loopDevices = ["/dev/loop-control", ...Array.from({ length: 8 }, (_, number) => `/dev/loop${number}`)];
