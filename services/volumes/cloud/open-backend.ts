import type { Settings } from "../settings";
import { AzureDiskBackend } from "./azuredisk/azuredisk-backend";
import { diskAtLun } from "./azuredisk/disk-at-lun";
import { lookAgain } from "./azuredisk/look-again";
import { Management, ownMachine } from "./azuredisk/management";
import type { Backend } from "./backend";
import { CinderBackend } from "./cinder/cinder-backend";
import { diskBySerial } from "./cinder/disk-by-serial";
import { Keystone } from "./cinder/keystone";
import { ownServerId } from "./cinder/own-server";
import { CloudHttp, usualPace } from "./http-call";
import { LoopBackend } from "./loop/loop-backend";

/** For an answer of the metadata service, which is on the same network or not there. */
const nearbyLimitMs = 5_000;

/** What a cloud backend cannot do without. @throws Error that names the variable */
function needed(value: string | undefined, variable: string): string {
  if (!value) throw new Error(`${variable} is missing: the backend cannot do without it`);
  return value;
}

/** The block storage that the settings name. */
export async function openBackend(settings: Settings): Promise<Backend> {
  const { backend, cluster, cinder, azure, loopFolder, slave } = settings;
  if (backend === "loop") return new LoopBackend(loopFolder, slave);
  const http = new CloudHttp(slave);
  if (backend === "azuredisk") {
    const management = new Management(http, { url: azure.managementUrl, clientId: azure.clientId });
    const machine = await ownMachine(http);
    return new AzureDiskBackend({
      http,
      management,
      machine,
      cluster,
      deviceOf: (lun) => diskAtLun(lun),
      lookAgain: (device) => lookAgain(device),
    });
  }
  const keystone = new Keystone(http, {
    authUrl: needed(cinder.authUrl, "VOLUMES_CINDER_AUTH_URL"),
    region: cinder.region,
    credentialId: needed(cinder.credentialId, "VOLUMES_CINDER_CREDENTIAL_ID"),
    credentialSecret: needed(cinder.credentialSecret, "VOLUMES_CINDER_CREDENTIAL_SECRET"),
  });
  const server = await ownServerId(new CloudHttp(slave, { ...usualPace, answerLimitMs: nearbyLimitMs }));
  return new CinderBackend({ http, keystone, cluster, server, deviceOf: (id) => diskBySerial(id) });
}
