import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";

/** virtio shows this many characters of a serial number, and no more; so do some hypervisors' SCSI disks. */
const shortLength = 20;

/**
 * The disk that has a volume's id as its serial number. Names such as /dev/vdb are given in the order of arrival, and
 * what the API says about them is a guess.
 * @param root where /dev and /sys are
 */
export async function diskBySerial(volumeId: string, root = "/"): Promise<string | undefined> {
  const short = volumeId.slice(0, shortLength);
  const scsi = "scsi-0QEMU_QEMU_HARDDISK_";
  const links = [`virtio-${short}`, scsi + volumeId, scsi + short];
  const byId = join(root, "dev/disk/by-id");
  for (const link of await readdir(byId).catch(() => [])) {
    if (links.includes(link)) return realpath(join(byId, link));
  }
  // Without udev's links the kernel still knows.
  const blocks = join(root, "sys/block");
  for (const name of await readdir(blocks).catch(() => [])) {
    const serial = await readFile(join(blocks, name, "serial"), "utf8").catch(() => "");
    if (serial.trim() === short || serial.trim() === volumeId) return join(root, "dev", name);
  }
  return undefined;
}
