import { mkdir, rmdir } from "node:fs/promises";
import type { FileSystem } from "@drover/lib/block-volume";
import type { Logger } from "@drover/lib/log";
import { BadRequest } from "../bad-request";
import { type CommandOptions, command } from "./command";

/** mkfs and fsck of a large disk may take minutes. */
const longLimitMs = 600_000;

/** blkid(8): nothing recognised on the device. */
const blkidNothing = 2;

/**
 * What is on a device.
 * @returns the file system, or undefined when the device carries no signature of anything
 * @throws BadRequest when it carries another signature: such a disk is never formatted
 */
export async function probe(device: string, options: CommandOptions = {}): Promise<FileSystem | undefined> {
  const { code, stdout } = await command("blkid", ["-p", "-o", "export", device], {
    ...options,
    codes: [0, blkidNothing],
  });
  const facts = new Map(stdout.split("\n").map((line) => line.split("=", 2) as [string, string]));
  const type = facts.get("TYPE");
  if (type === "ext4" || type === "xfs") return type;
  const other = type ?? facts.get("PTTYPE") ?? (code === 0 ? "something unknown" : undefined);
  // blkid knows file systems and partition tables; wipefs lists every signature of every kind.
  const signatures = (await command("wipefs", ["--no-act", "--noheadings", "--output", "TYPE", device], options))
    .stdout;
  const found = other ?? signatures.trim().split(/\s+/)[0];
  if (found) {
    throw new BadRequest(
      `${device} carries a signature of ${found}, which is neither ext4 nor xfs: it is neither mounted nor formatted; wipe it by hand if it may go`,
    );
  }
  return undefined;
}

/** Makes a file system on a device that {@link probe} found blank. Both tools refuse one that is not. */
export async function format(device: string, fs: FileSystem, options: CommandOptions = {}): Promise<void> {
  const words = fs === "ext4" ? ["-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", device] : ["-q", device];
  await command(`mkfs.${fs}`, words, { ...options, limitMs: longLimitMs });
}

/** e2fsck(8): 1 = errors were corrected. */
const e2fsckCorrected = 1;

/**
 * Checks a file system before it is mounted and says in the log when its journal had to be replayed. ext4: `e2fsck -p`.
 * xfs has no check before mount, fsck.xfs(8): its log is replayed by the mount itself, which refuses a damaged one.
 * @throws Error with the tool's words when it needs a human
 */
export async function check(device: string, fs: FileSystem, log: Logger, options: CommandOptions = {}): Promise<void> {
  if (fs === "ext4") {
    const { code, output } = await command("e2fsck", ["-p", device], {
      ...options,
      limitMs: longLimitMs,
      codes: [0, e2fsckCorrected],
    });
    if (/recovering journal/.test(output)) log.warn({ device }, "the journal was replayed");
    else if (code === e2fsckCorrected) log.warn({ device, output: output.trim() }, "the file system was repaired");
    return;
  }
  const { output } = await command("xfs_logprint", ["-t", device], { ...options, codes: [0, 1] });
  if (/<DIRTY>/.test(output)) log.warn({ device }, "the journal is replayed by the mount");
}

/** Mounts a device. xfs: `nouuid`, since a volume made from a snapshot has its origin's. */
export async function mount(
  device: string,
  fs: FileSystem,
  mountPoint: string,
  options: CommandOptions = {},
): Promise<void> {
  await mkdir(mountPoint, { recursive: true });
  const words = ["-t", fs, "-o", fs === "xfs" ? "nouuid,nodev" : "nodev", device, mountPoint];
  await command("mount", words, { ...options, limitMs: 110_000 });
}

/** Unmounts, which writes everything out, and removes the empty folder. */
export async function unmount(mountPoint: string): Promise<void> {
  await command("umount", [mountPoint], { limitMs: 120_000 });
  await rmdir(mountPoint);
}

/** Makes an unmounted ext4 as large as its device; xfs grows only while it is mounted. Nothing to do is no error. */
export async function fillUnmounted(device: string, fs: FileSystem, options: CommandOptions = {}): Promise<void> {
  if (fs !== "ext4" || !(await hasRoom(device, options))) return;
  // resize2fs asks for a full check before.
  await command("e2fsck", ["-f", "-p", device], { ...options, limitMs: longLimitMs, codes: [0, e2fsckCorrected] });
  await command("resize2fs", [device], { ...options, limitMs: longLimitMs });
}

async function hasRoom(device: string, options: CommandOptions): Promise<boolean> {
  const header = (await command("dumpe2fs", ["-h", device], options)).stdout;
  const blocks = Number(/^Block count:\s+(\d+)/m.exec(header)?.[1]);
  const blockBytes = Number(/^Block size:\s+(\d+)/m.exec(header)?.[1]);
  const deviceBytes = Number((await command("blockdev", ["--getsize64", device], options)).stdout);
  return Math.floor(deviceBytes / blockBytes) > blocks;
}

/** Makes a mounted file system as large as its device. The kernel wants CAP_SYS_RESOURCE for ext4. */
export async function fillMounted(device: string, fs: FileSystem, mountPoint: string): Promise<void> {
  if (fs === "ext4") await command("resize2fs", [device], { limitMs: longLimitMs });
  else await command("xfs_growfs", [mountPoint], { limitMs: longLimitMs });
}

/** Writes everything out that a file system has in memory. */
export async function writeOut(mountPoint: string): Promise<void> {
  await command("sync", ["--file-system", mountPoint], { limitMs: 120_000 });
}

/**
 * Ends all access to a mounted file system at once, for every process and every mount of it. It must be mounted there,
 * and nobody about to unmount it: else the one below would be shut down, which is the machine's own.
 */
export async function shutDown(mountPoint: string): Promise<void> {
  await command("xfs_io", ["-x", "-c", "shutdown", mountPoint], { limitMs: 5_000 });
}

/** Runs something while the file system is quiet: all data is on the device, and writers wait. */
export async function whileFrozen<T>(mountPoint: string, work: () => Promise<T>): Promise<T> {
  await command("fsfreeze", ["--freeze", mountPoint]);
  try {
    return await work();
  } finally {
    await command("fsfreeze", ["--unfreeze", mountPoint]);
  }
}
