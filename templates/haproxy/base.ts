import { filePath } from "./syntax";

/** Where HAProxy and services/edge, each in its container, meet. Both see the same directories at the same paths. */
export interface EdgePaths {
  /** Directory of the sockets: `master.sock` (bound by `haproxy -S`) and `stats.sock`. */
  socketDir: string;
  /** The edge's EDGE_ROUTES_DIR, in which `current` always points at one consistent set of files. */
  routesDir: string;
}

/** Host name to backend, one app a line, written by services/edge. */
export function hostsMap({ routesDir }: EdgePaths): string {
  return `${filePath(routesDir, "routesDir")}/current/hosts.map`;
}

/**
 * The `global` and `defaults` sections of a proxy beside an edge.
 *
 * Workers run as haproxy; the sockets belong to root, as whom both the master process and the edge run.
 * Old workers end at `hard-stop-after` at the latest, so that event streams do not keep a process for every reload.
 * An old worker closes a kept connection only after one more answer on it, never while a request may be on its way.
 * Servers keep their health over a reload by the state file the edge saves before it.
 * @param logNormal false: only failed requests are logged
 */
export function baseSections(paths: EdgePaths, logNormal: boolean): string {
  return `global
  user haproxy
  group haproxy
  log stdout format raw local0 info
  stats socket ${filePath(paths.socketDir, "socketDir")}/stats.sock mode 660 level admin expose-fd listeners
  server-state-file ${filePath(paths.routesDir, "routesDir")}/server-state
  hard-stop-after 10m
  mworker-max-reloads 20
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets

defaults
  mode http
  log global
  option httplog
  option dontlognull
  option idle-close-on-response${logNormal ? "" : "\n  option dontlog-normal"}
  load-server-state-from-file global
  retries 3
  option redispatch 1
  timeout connect 2s
  timeout check 1500ms
  timeout http-request 10s
  timeout http-keep-alive 30s
  timeout queue 10s
  timeout client 10m
  timeout server 10m
  timeout tunnel 24h
`;
}

/** Frontend rules that send a request to the app whose host name it asks for; `txn.host` holds that name. */
export function appRouting(paths: EdgePaths): string {
  const backend = `var(txn.host),map(${hostsMap(paths)})`;
  return `  use_backend %[${backend}] if { ${backend} -m found }
  default_backend unknown_host
`;
}

/** Sets `txn.host`: the name asked for, without its port, in lower case. */
export const HOST_VARIABLE = "  http-request set-var(txn.host) req.hdr(host),field(1,:),lower\n";

export const UNKNOWN_HOST = `
backend unknown_host
  http-request return status 404 content-type text/plain string "No service has this host name.\\n"
`;

/** Answers 200 while the proxy can do its work, without a log line. */
export const HEALTH_PATH = "/_drover/health";

/**
 * Answers 200 from the first time that {@link HEALTH_PATH} would, whatever happens behind the proxy afterwards: apps
 * are served while masters or Marathon elect a leader, so a load balancer must not take every proxy out of service.
 */
export const SERVING_PATH = "/_drover/serving";
