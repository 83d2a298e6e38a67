import type { PlannedCore } from "../../stacks/environment";
import { mesosDnsPort, mesosMasterPort, zooKeeperUrl } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { tcpHealth } from "./health";

/** mesos-dns beside BIND, which forwards `mesos.` to it. */
export function mesosDns(
  machine: PlannedCore,
  core: readonly PlannedCore[],
  forwarders: readonly string[],
): ServiceSpec {
  const config = {
    zk: zooKeeperUrl(core, "mesos"),
    masters: core.map(({ address }) => `${address}:${mesosMasterPort}`),
    refreshSeconds: 5,
    ttl: 5,
    domain: "mesos",
    port: mesosDnsPort,
    listener: machine.address,
    resolvers: forwarders,
    httpon: true,
    httpport: 8123,
    HTTPListener: machine.address,
    externalon: false,
    // Tasks in bridge networks are reached by their slave's address and host port.
    IPSources: ["host", "netinfo"],
    zkDetectionTimeout: 300,
  };
  return {
    name: "mesos-dns",
    memoryMb: 256,
    cpus: 0.5,
    env: {},
    command: ["/usr/bin/mesos-dns", "-config=/config.json"],
    files: [{ path: "/config.json", content: `${JSON.stringify(config, null, 2)}\n` }],
    health: tcpHealth(machine.address, mesosDnsPort),
  };
}
