import type { PlannedCore } from "../../stacks/environment";
import { dataFolder } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { zooKeeperHealth } from "./health";

/** Part of the container's memory that the Java heap gets; the rest is for threads and buffers. */
const heapShare = 0.5;

/**
 * ZooKeeper, one member on each core machine. Snapshots and transactions lie in separate folders; old ones are purged,
 * since nobody comes by to do it; the admin server is off because its port is Marathon's.
 */
export function zooKeeper(machine: PlannedCore, core: readonly PlannedCore[], memoryMb = 2048): ServiceSpec {
  const heapMb = Math.floor(memoryMb * heapShare);
  return {
    name: "zookeeper",
    memoryMb,
    cpus: 1,
    env: {
      ZOO_MY_ID: String(machine.id),
      ZOO_SERVERS: core.map(({ id, address }) => `server.${id}=${address}:2888:3888;2181`).join(" "),
      ZOO_TICK_TIME: "2000",
      ZOO_INIT_LIMIT: "10",
      ZOO_SYNC_LIMIT: "5",
      ZOO_AUTOPURGE_PURGEINTERVAL: "1",
      ZOO_AUTOPURGE_SNAPRETAINCOUNT: "3",
      ZOO_MAX_CLIENT_CNXNS: "0",
      ZOO_ADMINSERVER_ENABLED: "false",
      ZOO_4LW_COMMANDS_WHITELIST: "ruok,srvr,mntr,stat",
      JVMFLAGS: `-Xms32m -Xmx${heapMb}m -XX:+UseSerialGC`,
    },
    capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
    folders: {
      [`${dataFolder}/zookeeper/data`]: "/data",
      [`${dataFolder}/zookeeper/log`]: "/datalog",
      "/disk/ssd/log/zookeeper": "/logs",
    },
    health: zooKeeperHealth(machine.address),
  };
}
