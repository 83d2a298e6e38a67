import { z } from "zod";
import type { CloudHttp } from "../http-call";

const metadataUrl = "http://169.254.169.254/openstack/latest/meta_data.json";

/** Nova's id of the machine this runs on, as its metadata service says. */
export async function ownServerId(http: CloudHttp, url: string = metadataUrl): Promise<string> {
  const { body } = await http.call({ volume: "-", method: "GET", url });
  return z.object({ uuid: z.string() }).parse(body).uuid;
}
