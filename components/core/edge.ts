import type { Environment, PlannedCore } from "../../stacks/environment";
import { dataFolder, marathonPort } from "./addresses";
import type { ServiceFile, ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Where HAProxy and the edge meet, in both containers. */
export const proxyPaths = { socketDir: "/run/haproxy", routesDir: "/var/lib/drover/routes" };

/** HAProxy's own configuration, in both containers. */
export const proxyConfigFile = "/usr/local/etc/haproxy/haproxy.cfg";

/** HAProxy beside an edge: its configuration, then the routes; reloaded through the master socket. */
export const proxyCommand = [
  "haproxy",
  "-W",
  "-db",
  "-S",
  `${proxyPaths.socketDir}/master.sock,mode,660`,
  "-f",
  proxyConfigFile,
  "-f",
  `${proxyPaths.routesDir}/current/routes.cfg`,
];

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
    EDGE_HAPROXY_CONFIG: proxyConfigFile,
    EDGE_MASTER_SOCKET: `${proxyPaths.socketDir}/master.sock`,
    EDGE_LISTEN: `${address}:${edgePort}`,
  };
}

/** Gives the front proxy the routes of Marathon's healthy tasks. `files` are the proxy's own. */
export function edge(machine: PlannedCore, environment: Environment, files: readonly ServiceFile[]): ServiceSpec {
  return {
    name: "edge",
    memoryMb: 256,
    cpus: 0.5,
    env: edgeEnv(machine.address, "front", environment),
    user: "root",
    files,
    folders: proxyFolders,
    health: httpHealth(machine.address, edgePort, "/health"),
  };
}
