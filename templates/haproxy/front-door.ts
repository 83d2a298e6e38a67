import type { Server } from "./alias";
import { SERVING_PATH } from "./base";
import { host, name, port } from "./syntax";

export interface FrontDoorOptions {
  /** Ports on which the door itself listens. */
  httpPort: number;
  httpsPort: number;
  /** Ports of the front proxies behind it. */
  serverHttpPort: number;
  serverHttpsPort: number;
  servers: readonly Omit<Server, "port">[];
}

/**
 * haproxy.cfg of the local counterpart of a cloud's load balancer: passes both ports through to the healthy front
 * proxies, TLS untouched. A proxy counts as healthy while it serves apps, as its http port tells; the first connection that
 * it does not take counts it out until the next check, and the connection is tried on another one.
 * @throws Error that names the value which fails its grammar
 */
export function renderFrontDoor(options: FrontDoorOptions): string {
  const checkPort = port(options.serverHttpPort, "serverHttpPort");
  const pass = (section: string, listenPort: number, serverPort: number) => `
listen ${section}
  bind :${port(listenPort, `${section} port`)}
  option httpchk GET ${SERVING_PATH}
  default-server check port ${checkPort} inter 2s fastinter 500ms fall 2 rise 1 observe layer4 error-limit 1 on-error mark-down on-marked-down shutdown-sessions
${options.servers
  .map(
    (server) =>
      `  server ${name(server.name, "server name")} ${host(server.address, "server address")}:${port(serverPort, `server ${section} port`)}\n`,
  )
  .join("")}`;

  return `global
  user haproxy
  group haproxy
  log stdout format raw local0 notice
  hard-stop-after 30s

defaults
  mode tcp
  log global
  option tcplog
  option dontlognull
  balance leastconn
  retries 3
  option redispatch 1
  timeout connect 1s
  timeout check 1500ms
  timeout client 1h
  timeout server 1h
${pass("http", options.httpPort, options.serverHttpPort)}${pass("https", options.httpsPort, options.serverHttpsPort)}`;
}
