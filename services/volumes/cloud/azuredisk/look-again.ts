import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const gb = 1024 ** 3;

/** What the kernel counts sizes of block devices in, in bytes, whatever their own sectors are. */
const sectorBytes = 512;

/** What makes the kernel ask a disk for its size, below its device's folder: of a SCSI disk, of an NVMe controller. */
const rescans = ["rescan", "rescan_controller"];

/**
 * Makes the kernel look how large a disk has become.
 * @param root where /sys is
 * @returns its size in GB
 * @throws Error when the kernel has nothing to ask it by
 */
export async function lookAgain(device: string, root = "/"): Promise<number> {
  const block = join(root, "sys/class/block", basename(device));
  for (const name of rescans) {
    const file = join(block, "device", name);
    if (!(await stat(file).catch(() => undefined))) continue;
    await writeFile(file, "1");
    return (Number(await readFile(join(block, "size"), "utf8")) * sectorBytes) / gb;
  }
  throw new Error(`${device} cannot be asked for its new size: ${block}/device has neither ${rescans.join(" nor ")}`);
}
