import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { CloudHttp } from "../http-call";

const metadataUrl = "http://169.254.169.254/openstack/latest/meta_data.json";

/** The machine's serial number in its firmware: Nova's id of it, where libvirt has made the machine. */
const firmwareFile = "sys/class/dmi/id/product_uuid";

/**
 * Nova's id of the machine this runs on, as its metadata service says, or, in a network without one, its firmware.
 * @param root where /sys is
 * @throws Error that says why neither tells
 */
export async function ownServerId(http: CloudHttp, url: string = metadataUrl, root = "/"): Promise<string> {
  try {
    const { body } = await http.call({ volume: "-", method: "GET", url });
    return z.object({ uuid: z.string() }).parse(body).uuid;
  } catch (error) {
    const text = await readFile(join(root, firmwareFile), "utf8").catch(() => "");
    const id = z.uuid().safeParse(text.trim().toLowerCase());
    if (id.success) return id.data;
    throw new Error(`this server's id is not known: no /${firmwareFile}, and ${(error as Error).message}`);
  }
}
