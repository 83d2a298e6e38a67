import { brickFolder, poolOptions, volumeOptions } from "../../components/storage/volume-rules";
import { environmentOf } from "../../stacks/environment";
import { glusterServer } from "../../templates/storage/glusterd";
import { sharedVolumeClient } from "../../templates/storage/shared-volume";
import { until } from "../../test/cluster/support/until";
import type { GlusterVolumeInputs } from "../resources/gluster-volume";
import type { Machines } from "./machines";

/** Three servers and one client, by number. */
export const servers = [1, 2, 3];
export const client = 4;

/** Boots them. @returns what the shared volume of a cluster of their size is made from */
export async function bootServersAndClient(machines: Machines): Promise<GlusterVolumeInputs> {
  const addresses = servers.map((number) => machines.address(number));
  await Promise.all([
    ...servers.map((number) => machines.boot(number, glusterServer(undefined))),
    machines.boot(client, sharedVolumeClient(addresses, undefined)),
  ]);
  for (const number of servers) {
    await until(`SSH and glusterd on m${number}`, 120, () =>
      machines.run(number, "systemctl is-active ssh && systemctl is-active glusterd"),
    );
  }
  const environment = environmentOf("test", { "drover:network": JSON.stringify({ subnet: machines.subnet }) });
  return {
    name: "gv0",
    brickFolder,
    servers: servers.map((number) => machines.target(number)),
    replicas: 3,
    machineIds: ["1", "2", "3"],
    options: volumeOptions(environment),
    poolOptions: poolOptions(environment.core),
    quotasGb: {},
    retain: false,
    timeoutSeconds: 120,
  };
}
