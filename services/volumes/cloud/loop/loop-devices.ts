import { stat } from "node:fs/promises";
import { z } from "zod";
import { command } from "../../kernel/command";

/**
 * Loop devices bound to a file. They belong to the whole host, and the path they show is that of whoever bound them;
 * so a file is known by its device and inode.
 */
export async function devicesOf(image: string): Promise<string[]> {
  const words = ["--list", "--json", "--output", "NAME,BACK-MAJ:MIN,BACK-INO"];
  const [{ stdout }, { dev, ino }] = await Promise.all([command("losetup", words), stat(image)]);
  if (stdout === "") return [];
  return listing
    .parse(JSON.parse(stdout))
    .loopdevices.filter((device) => device["back-maj:min"]?.trim() === deviceNumber(dev) && device["back-ino"] === ino)
    .map(({ name }) => name);
}

const listing = z.object({
  loopdevices: z.array(
    z.object({ name: z.string(), "back-maj:min": z.string().nullable(), "back-ino": z.number().nullable() }),
  ),
});

/** Linux's encoding of a device number in stat, as `major:minor`. */
function deviceNumber(dev: number): string {
  const major = (dev >> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >> 12) & 0xfff00);
  return `${major}:${minor}`;
}

/** Binds a free loop device to a file. */
export async function bind(image: string): Promise<string> {
  return (await command("losetup", ["--find", "--show", image])).stdout.trim();
}

/** Asks for the end of a binding. The kernel puts it off while the device is open or mounted. */
export async function unbind(device: string): Promise<void> {
  // 1: it is not bound any more.
  await command("losetup", ["--detach", device], { codes: [0, 1] });
}

/** Makes a device as large as its file is now. */
export async function refreshSize(device: string): Promise<void> {
  await command("losetup", ["--set-capacity", device]);
}
