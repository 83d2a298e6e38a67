import type { PlannedCore } from "../../stacks/environment";
import { configServerPort, dataFolder } from "./addresses";
import type { ServiceSpec } from "./core-service";

/** BIND, alike on every core machine: none is another's master, each pulls its configuration, from its own machine first. */
export function bind(machine: PlannedCore, core: readonly PlannedCore[]): ServiceSpec {
  const others = core.filter(({ address }) => address !== machine.address);
  return {
    name: "bind",
    memoryMb: 256,
    cpus: 0.5,
    env: {
      CONFIG_URLS: [machine, ...others].map(({ address }) => `http://${address}:${configServerPort}`).join(","),
      CONFIG_POLL_SECONDS: "30",
    },
    capabilities: ["CHOWN", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"],
    // The last good configuration outlives the container and all configuration servers.
    folders: { [`${dataFolder}/bind`]: "/var/lib/bind" },
    health: ["rndc", "status"],
  };
}
