import type { PlannedCore } from "../../stacks/environment";
import { marathonPort, zooKeeperUrl } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Part of the container's memory that the Java heap of upstream's image gets. */
const heapShare = 0.6;

/** Marathon, one instance on each core machine; the others pass what they are asked to the leader. */
export function marathon(
  machine: PlannedCore,
  core: readonly PlannedCore[],
  publicUrl: string,
  memoryMb = 1024,
): ServiceSpec {
  return {
    name: "marathon",
    memoryMb,
    cpus: 1,
    env: {
      MARATHON_MASTER: zooKeeperUrl(core, "mesos"),
      MARATHON_ZK: zooKeeperUrl(core, "marathon"),
      MARATHON_HOSTNAME: machine.address,
      MARATHON_HTTP_ADDRESS: machine.address,
      MARATHON_HTTP_PORT: String(marathonPort),
      MARATHON_WEBUI_URL: publicUrl,
      MARATHON_MESOS_USER: "root",
      MARATHON_ENABLE_FEATURES: "task_killing,external_volumes",
      LIBPROCESS_IP: machine.address,
      JAVA_OPTS: `-Xmx${Math.floor(memoryMb * heapShare)}m`,
    },
    health: httpHealth(machine.address, marathonPort, "/ping"),
  };
}
