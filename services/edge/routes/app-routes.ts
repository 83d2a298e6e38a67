import { isIPv4 } from "node:net";
import type { App, Task } from "@drover/lib/marathon/types";
import { appHostName, parseHostName } from "./host-name";
import type { AppLabels } from "./labels";
import type { AppRoutes, Backend, Mode, Server } from "./types";
import { usableTasks } from "./usable-tasks";

export interface AppRoutesOptions {
  /** Apps get names below it. */
  domain: string;
  /** Address of a host name, or undefined when it has none: servers are given to HAProxy by address only. */
  addressOf: (host: string) => string | undefined;
  /** Whether a task id was usable the last time. */
  wasUsable: (taskId: string) => boolean;
}

interface Port {
  index: number;
  servicePort: number;
  /** Undefined where tasks are reached through a port of their host. */
  containerPort?: number;
}

const SERVER_NAME = /^[A-Za-z0-9_.:-]+$/;

/**
 * Works out how one app is reached. Its first port answers to `<app>.<domain>` unless its mode is tcp, any port to the
 * names in HAPROXY_n_VHOST. A service port is passed on as http when the app says so by HAPROXY_n_MODE, by a virtual
 * host or by an HTTP health check, else as tcp. UDP ports are not proxied.
 * @throws Error when a label or a name is wrong
 */
export function appRoutes(app: App, labels: AppLabels, options: AppRoutesOptions): AppRoutes {
  const tasks = usableTasks(app, options.wasUsable);
  const ports = tcpPorts(app);
  for (const index of labels.ports.keys()) {
    if (!ports.some((port) => port.index === index)) {
      throw new Error(`labels HAPROXY_${index}_… are given, but the app has no tcp port with that index`);
    }
  }
  const routes: AppRoutes = { appId: app.id, backends: [], hosts: [], ports: [] };
  ports.forEach((port, position) => {
    const given = labels.ports.get(port.index);
    const hosts = [...(given?.hosts ?? [])];
    const portMode = given?.mode ?? (hosts.length > 0 || hasHttpCheck(app, port.index) ? "http" : "tcp");
    if (position === 0 && given?.mode !== "tcp") hosts.unshift(parseHostName(appHostName(app.id, options.domain)));
    if (given?.mode === "tcp" && hosts.length > 0) {
      throw new Error(`port index ${port.index} has a virtual host, but HAPROXY_${port.index}_MODE is tcp`);
    }
    const backend = (mode: Mode): Backend => ({
      name: backendName(app.id, port.index, mode),
      mode,
      balance: given?.balance ?? "roundrobin",
      servers: tasks.flatMap((task) => serverOf(task, port, options.addressOf)),
    });
    if (portMode === "http" || hosts.length > 0) routes.backends.push(backend("http"));
    if (portMode === "tcp") routes.backends.push(backend("tcp"));
    for (const host of new Set(hosts)) routes.hosts.push({ host, backend: backendName(app.id, port.index, "http") });
    if (port.servicePort > 0) {
      const target = backendName(app.id, port.index, portMode);
      routes.ports.push({ port: port.servicePort, mode: portMode, backend: target });
    }
  });
  return routes;
}

/** Ports of hosts that this app will take, whichever its tasks' hosts: no proxy may listen there. */
export function fixedHostPorts(app: App): number[] {
  const mapped = (app.container?.portMappings ?? []).map((mapping) => mapping.hostPort ?? 0);
  const defined = app.requirePorts ? (app.portDefinitions ?? []).map((definition) => definition.port) : [];
  return [...mapped, ...defined].filter((port) => port > 0);
}

function tcpPorts(app: App): Port[] {
  const modes = new Set(app.networks.map((network) => network.mode));
  const isHost = modes.size === 0 || modes.has("host");
  const all = isHost
    ? (app.portDefinitions ?? []).map(({ port, protocol }, index) => ({ index, servicePort: port, protocol }))
    : (app.container?.portMappings ?? []).map(({ servicePort, protocol, containerPort }, index) => ({
        ...{ index, servicePort, protocol },
        ...(modes.has("container") ? { containerPort } : {}),
      }));
  return all.filter((port) => port.protocol !== "udp");
}

/** A check by HTTPS counts as tcp: TLS ends in the task, not here. */
function hasHttpCheck(app: App, index: number): boolean {
  return app.healthChecks.some(
    (check) =>
      (check.protocol === "HTTP" || check.protocol === "MESOS_HTTP") &&
      check.port === undefined &&
      (check.portIndex ?? 0) === index,
  );
}

function serverOf(task: Task, port: Port, addressOf: AppRoutesOptions["addressOf"]): Server[] {
  const own = port.containerPort !== undefined;
  const host = own ? task.ipAddresses.find((ip) => ip.protocol === "IPv4")?.ipAddress : task.host;
  const address = host && (isIPv4(host) ? host : addressOf(host));
  const number = own ? port.containerPort : task.ports[port.index];
  if (!address || !number || !SERVER_NAME.test(task.id)) return [];
  return [{ name: task.id, address, port: number }];
}

/** Ids hold no underscore, so no two apps share a name. */
function backendName(appId: string, index: number, mode: Mode): string {
  return `${mode}_${appId.split("/").filter(Boolean).join("_")}_${index}`;
}
