import type { Environment, PlannedCore } from "../../stacks/environment";
import { dataFolder, marathonPort } from "./addresses";
import type { ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Where HAProxy and the edge meet, in both containers. */
export const proxyPaths = { socketDir: "/run/haproxy", routesDir: "/var/lib/drover/routes" };

/** The same places on the machine. Routes survive a reboot, so that apps are served before Marathon answers. */
export const proxyFolders = {
  "/run/drover-haproxy": proxyPaths.socketDir,
  [`${dataFolder}/edge`]: proxyPaths.routesDir,
};

export const edgePort = 8091;

/** What the edge is told, wherever it runs. */
export function edgeEnv(address: string, role: "front" | "slave", environment: Environment): Record<string, string> {
  return {
    EDGE_MARATHON_URLS: environment.core.map((core) => `http://${core.address}:${marathonPort}`).join(","),
    EDGE_ROLE: role,
    EDGE_DOMAIN: environment.domain,
    EDGE_ROUTES_DIR: proxyPaths.routesDir,
    EDGE_HAPROXY_CONFIG: "/usr/local/etc/haproxy/haproxy.cfg",
    EDGE_MASTER_SOCKET: `${proxyPaths.socketDir}/master.sock`,
    EDGE_LISTEN: `${address}:${edgePort}`,
  };
}

/** Gives the front proxy the routes of Marathon's healthy tasks. */
export function edge(machine: PlannedCore, environment: Environment): ServiceSpec {
  return {
    name: "edge",
    memoryMb: 256,
    cpus: 0.5,
    env: edgeEnv(machine.address, "front", environment),
    user: "root",
    folders: proxyFolders,
    health: httpHealth(machine.address, edgePort, "/health"),
  };
}
