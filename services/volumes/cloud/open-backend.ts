import type { Settings } from "../settings";
import type { Backend } from "./backend";
import { CinderBackend } from "./cinder/cinder-backend";
import { diskBySerial } from "./cinder/disk-by-serial";
import { Keystone } from "./cinder/keystone";
import { ownServerId } from "./cinder/own-server";
import { CloudHttp } from "./http-call";
import { LoopBackend } from "./loop/loop-backend";

/** What a cloud backend cannot do without. @throws Error that names the variable */
function needed(value: string | undefined, variable: string): string {
  if (!value) throw new Error(`${variable} is missing: the backend cannot do without it`);
  return value;
}

/** The block storage that the settings name. */
export async function openBackend({ backend, cluster, cinder, loopFolder, slave }: Settings): Promise<Backend> {
  if (backend === "loop") return new LoopBackend(loopFolder, slave);
  const http = new CloudHttp(slave);
  const keystone = new Keystone(http, {
    authUrl: needed(cinder.authUrl, "VOLUMES_CINDER_AUTH_URL"),
    region: cinder.region,
    credentialId: needed(cinder.credentialId, "VOLUMES_CINDER_CREDENTIAL_ID"),
    credentialSecret: needed(cinder.credentialSecret, "VOLUMES_CINDER_CREDENTIAL_SECRET"),
  });
  const server = await ownServerId(http);
  return new CinderBackend({ http, keystone, cluster, server, deviceOf: (id) => diskBySerial(id) });
}
