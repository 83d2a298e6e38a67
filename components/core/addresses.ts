import type { PlannedMachine } from "../../stacks/environment";

/** Where core services keep what must survive their container: below this, one folder each. */
export const dataFolder = "/disk/ssd/data";

export const zooKeeperPort = 2181;
export const mesosMasterPort = 5050;
export const marathonPort = 8080;
export const chronosPort = 4400;
export const mesosDnsPort = 8053;
export const configServerPort = 8090;

/** `zk://address:2181,…/path`: ZooKeeper by the addresses of its members, never by a name that could be half of them. */
export function zooKeeperUrl(core: readonly PlannedMachine[], path: string): string {
  return `zk://${zooKeeperServers(core)}/${path}`;
}

/** `address:2181,…` */
export function zooKeeperServers(core: readonly PlannedMachine[]): string {
  return core.map(({ address }) => `${address}:${zooKeeperPort}`).join(",");
}
