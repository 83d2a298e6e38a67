import type { App } from "@drover/lib/marathon/types";
import { type AppRoutesOptions, appRoutes, fixedHostPorts } from "./app-routes";
import { type AppLabels, parseLabels } from "./labels";
import type { AppRoutes, Problem } from "./types";

/**
 * `front`: the way in from outside; an app with HAPROXY_GROUP must be in the group `external` to be found there.
 * `slave`: for the apps among themselves; serves all of them.
 */
export type Role = "front" | "slave";

export interface RouteTableOptions extends AppRoutesOptions {
  role: Role;
  /** Service ports outside of it are not served: a port of another service must never be taken. Both included. */
  servicePorts: { first: number; last: number };
}

export interface RouteTable {
  /** In the order of their ids. */
  apps: AppRoutes[];
  problems: Problem[];
}

/**
 * The routes of all apps. What one app gets wrong costs that app only: an app with wrong labels is left out, a host
 * name or service port that belongs to another app (the first by id) or to a machine stays with it.
 */
export function routeTable(apps: readonly App[], options: RouteTableOptions): RouteTable {
  const table: RouteTable = { apps: [], problems: [] };
  const hostOwners = new Map<string, string>();
  const portOwners = new Map<number, string>();
  const hostPorts = new Map(apps.flatMap((app) => fixedHostPorts(app).map((port) => [port, app.id] as const)));
  const { first, last } = options.servicePorts;

  for (const app of [...apps].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const problem = (message: string) => table.problems.push({ appId: app.id, message });
    let labels: AppLabels;
    let routes: AppRoutes;
    try {
      labels = parseLabels(app.labels);
      if (options.role === "front" && isInternal(labels)) continue;
      routes = appRoutes(app, labels, options);
    } catch (error) {
      problem(`not served: ${(error as Error).message}`);
      continue;
    }
    if (labels.unsupported.length > 0) problem(`labels without effect: ${labels.unsupported.join(", ")}`);

    const hosts = routes.hosts.filter(({ host }) => {
      const owner = hostOwners.get(host);
      if (owner !== undefined) problem(`host name ${host} belongs to ${owner} already`);
      else hostOwners.set(host, app.id);
      return owner === undefined;
    });
    const ports = routes.ports.filter(({ port }) => {
      const owner = portOwners.get(port);
      const taker = hostPorts.get(port);
      if (owner !== undefined) problem(`service port ${port} belongs to ${owner} already`);
      else if (taker !== undefined) problem(`service port ${port} is not proxied: ${taker} takes it as a host port`);
      else if (port < first || port > last) problem(`service port ${port} is not within ${first} to ${last}`);
      else {
        portOwners.set(port, app.id);
        return true;
      }
      return false;
    });
    table.apps.push({ ...routes, hosts, ports });
  }
  return table;
}

function isInternal({ groups }: AppLabels): boolean {
  return groups.length > 0 && !groups.includes("external") && !groups.includes("*");
}
