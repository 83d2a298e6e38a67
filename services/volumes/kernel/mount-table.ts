import { readdir, readFile, readlink } from "node:fs/promises";

/** One line of a mountinfo file. */
export interface MountEntry {
  /** `major:minor` of the device. */
  device: string;
  mountPoint: string;
}

/** Parses mountinfo, proc_pid_mountinfo(5): fields 3 and 5; blanks and backslashes in paths are octal escapes. */
export function parseMountInfo(text: string): MountEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.split(" ");
      const mountPoint = (fields[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
      return { device: fields[2] ?? "", mountPoint };
    });
}

/** What is mounted in this process's mount namespace. */
export async function ownMounts(): Promise<MountEntry[]> {
  return parseMountInfo(await readFile("/proc/self/mountinfo", "utf8"));
}

/**
 * Processes that see a file system at a place other than `mountPoint`: those of the containers that use a volume.
 * Namespaces that have it at the very same path are copies of the machine's own.
 * @param device `major:minor`
 */
export async function usersOf(device: string, mountPoint: string): Promise<number[]> {
  const verdicts = new Map<string, boolean>();
  const users: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const namespace = await readlink(`/proc/${entry}/ns/mnt`);
      let uses = verdicts.get(namespace);
      if (uses === undefined) {
        const mounts = parseMountInfo(await readFile(`/proc/${entry}/mountinfo`, "utf8"));
        uses = mounts.some((mount) => mount.device === device && mount.mountPoint !== mountPoint);
        verdicts.set(namespace, uses);
      }
      if (uses) users.push(Number(entry));
    } catch {
      // The process ended while it was looked at.
    }
  }
  return users;
}
