import { realpath } from "node:fs/promises";
import { join } from "node:path";

/** Links that Azure's udev rules make, for SCSI and for NVMe; names such as /dev/sdc are given in the order of arrival. */
const links = ["dev/disk/azure/scsi1/lun", "dev/disk/azure/data/by-lun/"];

/** The data disk at a LUN. @param root where /dev is */
export async function diskAtLun(lun: number, root = "/"): Promise<string | undefined> {
  for (const link of links) {
    const found = await realpath(join(root, `${link}${lun}`)).catch(() => undefined);
    if (found) return found;
  }
  return undefined;
}
