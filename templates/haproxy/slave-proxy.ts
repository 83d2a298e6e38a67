import { appRouting, baseSections, type EdgePaths, HEALTH_PATH, HOST_VARIABLE, UNKNOWN_HOST } from "./base";
import { port } from "./syntax";

export interface SlaveProxyOptions extends EdgePaths {
  /** Port on which apps answer by host name, without TLS: this is for the apps of the cluster among themselves. */
  httpPort: number;
}

/**
 * haproxy.cfg of the proxy on each slave. The service ports come with services/edge's routes.
 * @throws Error that names the value which fails its grammar
 */
export function renderSlaveProxy(options: SlaveProxyOptions): string {
  return `${baseSections(options, false)}
frontend http
  bind :${port(options.httpPort, "httpPort")}
  monitor-uri ${HEALTH_PATH}
${HOST_VARIABLE}${appRouting(options)}${UNKNOWN_HOST}`;
}
