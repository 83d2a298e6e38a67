import { createReadStream, createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { SshConnection, type SshTarget } from "../../provider/ssh/connection";
import { shellCommand } from "../../provider/ssh/shell";
import { sharedVolume } from "../../templates/storage/shared-volume";

/** Limit of copying the whole volume, in milliseconds: 12 hours. */
const copyLimitMs = 12 * 3600_000;

/** Runs `command` in the volume's root, mounted for that long on a core machine. */
function inVolume(command: string): string {
  const script = `at=$(mktemp -d /run/drover-backup.XXXXXX)
trap 'cd /; umount "$at" 2>/dev/null; rmdir "$at"' EXIT
mount -t glusterfs localhost:/${sharedVolume.name} "$at"
grep -q " $at fuse.glusterfs " /proc/mounts
cd "$at"
${command}`;
  return shellCommand(["sudo", "sh", "-euc", script]);
}

/**
 * All files of the working folder, packed. GNU tar ends with 1 when a file was written to, or went, while it was read: the
 * volume is in use, and the archive is whole all the same. Failures end with 2.
 */
export const packed = "tar --numeric-owner --exclude=./.trashcan -czf - . || [ $? -eq 1 ]";

/**
 * Writes all files of the shared volume into an archive: owners by number, times, modes. A file that is written to
 * meanwhile is in it as it was when it was read.
 */
export async function saveSharedVolume(machine: SshTarget, file: string): Promise<void> {
  const connection = await SshConnection.connect(machine);
  const output = createWriteStream(file, { mode: 0o600 });
  try {
    // Both at once: on a full disk the other side would wait for ever for somebody to read on.
    await Promise.all([finished(output), connection.exec(inVolume(packed), copyLimitMs, undefined, output)]);
  } finally {
    output.destroy();
    connection.close();
  }
}

/** Puts the files of an archive back. Files of other names stay. */
export async function restoreSharedVolume(machine: SshTarget, file: string): Promise<void> {
  const connection = await SshConnection.connect(machine);
  try {
    await connection.exec(inVolume("tar --numeric-owner -xpzf -"), copyLimitMs, createReadStream(file));
  } finally {
    connection.close();
  }
}
