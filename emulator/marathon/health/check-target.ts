import type { AppDefinition, HealthCheck } from "@drover/lib/marathon/types";
import type { Instance } from "../model/instance";
import { appPorts } from "../model/ports";

export interface Target {
  host: string;
  port: number;
}

/**
 * Where a port of a task is reached from outside: on its agent, or, where the app has no host port, at the container's
 * own address. Undefined while that is not known.
 */
export function portTarget(app: AppDefinition, instance: Instance, index: number): Target | undefined {
  const hostPort = instance.hostPorts[index];
  if (typeof hostPort === "number") return { host: instance.host, port: hostPort };
  const containerPort = appPorts(app)[index]?.containerPort;
  const address = instance.ipAddresses[0]?.ipAddress;
  return containerPort && address !== undefined ? { host: address, port: containerPort } : undefined;
}

/** Where a health check of the leader goes. */
export function checkTarget(app: AppDefinition, instance: Instance, check: HealthCheck): Target | undefined {
  if (check.port === undefined) return portTarget(app, instance, check.portIndex ?? 0);
  const isOnAgent = instance.hostPorts.some((port) => port !== null) || app.networks[0]?.mode === "host";
  const host = isOnAgent ? instance.host : instance.ipAddresses[0]?.ipAddress;
  return host === undefined ? undefined : { host, port: check.port };
}

export function urlOf(scheme: "HTTP" | "HTTPS", { host, port }: Target, path: string): string {
  const address = host.includes(":") ? `[${host}]` : host;
  return `${scheme.toLowerCase()}://${address}:${port}${path.startsWith("/") ? path : `/${path}`}`;
}
