import type { PlannedCore } from "../../stacks/environment";
import { chronosPort, zooKeeperServers, zooKeeperUrl } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Part of the container's memory that the Java heap of upstream's image gets. */
const heapShare = 0.6;

/** What every instance is told, wherever it runs. */
export function chronosFlags(core: readonly PlannedCore[], publicUrl: string): string[] {
  return [
    ...["--master", zooKeeperUrl(core, "mesos")],
    ...["--zk_hosts", zooKeeperServers(core)],
    ...["--webui_url", publicUrl],
    // A job that falls due shall not wait for the next round of offers.
    ...["--min_revive_offers_interval", "1000"],
  ];
}

/** Chronos, one instance on each core machine; the others pass what they are asked to the leader. */
export function chronos(
  machine: PlannedCore,
  core: readonly PlannedCore[],
  publicUrl: string,
  memoryMb = 1024,
): ServiceSpec {
  return {
    name: "chronos",
    memoryMb,
    cpus: 1,
    env: {
      PORT0: String(chronosPort),
      PORT1: String(chronosPort + 1),
      LIBPROCESS_IP: machine.address,
      JVM_OPTS: `-Xmx${Math.floor(memoryMb * heapShare)}m`,
    },
    command: ["--hostname", machine.address, "--http_address", machine.address, ...chronosFlags(core, publicUrl)],
    health: httpHealth(machine.address, chronosPort, "/ping"),
  };
}
