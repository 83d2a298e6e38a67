import type { AppRoutes, Backend, Server } from "./types";

/**
 * Keywords of every server, in the file and at run time alike: HAProxy's default-server does not reach servers that
 * are added at run time. Checks find a dead host before Mesos does; health itself is Marathon's to say.
 */
export const SERVER_KEYWORDS = "check inter 2s fall 2 rise 1";

/** Sections of HAProxy's configuration for the apps' backends and service ports. */
export function renderRoutes(apps: readonly AppRoutes[]): string {
  return apps.map((app) => renderApp(app, true)).join("\n");
}

/** The same without servers: two equal texts differ in nothing that the runtime API cannot change. */
export function renderStructure(apps: readonly AppRoutes[]): string {
  return apps.map((app) => renderApp(app, false)).join("\n") + renderHostsMap(apps);
}

/** Host name and backend, one pair a line, for HAProxy's `map`. */
export function renderHostsMap(apps: readonly AppRoutes[]): string {
  return apps.flatMap((app) => app.hosts.map(({ host, backend }) => `${host} ${backend}\n`)).join("");
}

export function frontendName(port: number): string {
  return `port_${port}`;
}

export function serverAddress({ address, port }: Server): string {
  return `${address}:${port}`;
}

function renderApp(app: AppRoutes, withServers: boolean): string {
  const backends = app.backends.map((backend) => renderBackend(backend, withServers));
  const frontends = app.ports.map(
    ({ port, mode, backend }) =>
      `frontend ${frontendName(port)}\n  bind :${port}\n  mode ${mode}\n  ${logOption(mode)}\n  default_backend ${backend}\n`,
  );
  return [`# ${app.appId}\n`, ...backends, ...frontends].join("");
}

/**
 * A request that met a closing server is tried on another one: always when it was not delivered, and when it may have
 * been, only where doing it twice is harmless.
 */
function renderBackend(backend: Backend, withServers: boolean): string {
  const lines = [`backend ${backend.name}`, `mode ${backend.mode}`, `balance ${backend.balance}`];
  if (backend.mode === "http") {
    lines.push("option forwardfor if-none", "retry-on conn-failure empty-response");
    lines.push("http-request disable-l7-retry unless { method GET HEAD OPTIONS }");
  }
  if (withServers) {
    lines.push(...backend.servers.map((server) => `server ${server.name} ${serverAddress(server)} ${SERVER_KEYWORDS}`));
  }
  return `${lines.join("\n  ")}\n`;
}

function logOption(mode: string): string {
  return mode === "http" ? "option httplog" : "option tcplog";
}
