import type { PlannedCore } from "../../stacks/environment";
import { quorum } from "../../stacks/environment";
import { dataFolder, mesosMasterPort, zooKeeperUrl } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Pings that an agent may leave unanswered before it is lost: upstream's default. */
const agentPings = 5;

/** The Mesos master, one on each core machine; ZooKeeper elects the leader. */
export function mesosMaster(
  machine: PlannedCore,
  core: readonly PlannedCore[],
  cluster: string,
  slaveTimeoutSeconds: number,
): ServiceSpec {
  return {
    name: "mesos-master",
    memoryMb: 1024,
    cpus: 1,
    env: {
      MESOS_ZK: zooKeeperUrl(core, "mesos"),
      MESOS_QUORUM: String(quorum(core.length)),
      MESOS_CLUSTER: cluster,
      MESOS_IP: machine.address,
      MESOS_PORT: String(mesosMasterPort),
      MESOS_HOSTNAME: machine.address,
      MESOS_HOSTNAME_LOOKUP: "false",
      MESOS_WORK_DIR: "/var/lib/mesos",
      MESOS_AGENT_PING_TIMEOUT: `${(slaveTimeoutSeconds * 1000) / agentPings}ms`,
      MESOS_MAX_AGENT_PING_TIMEOUTS: String(agentPings),
      // Some images fall back to memory, which forgets the agents at a failover.
      MESOS_REGISTRY: "replicated_log",
    },
    folders: { [`${dataFolder}/mesos-master`]: "/var/lib/mesos" },
    health: httpHealth(machine.address, mesosMasterPort, "/health"),
  };
}
