import type { App, HealthCheck, Task } from "@drover/lib/marathon/types";
import { expect, it } from "vitest";
import { testApp, testTask } from "../test-marathon";
import { renderHostsMap, renderRoutes } from "./render";
import { type RouteTableOptions, routeTable } from "./route-table";

const options: RouteTableOptions = {
  role: "slave",
  domain: "c.example",
  servicePorts: { first: 10_000, last: 20_000 },
  addressOf: (host) => (host === "slave1" ? "10.0.0.11" : undefined),
  wasUsable: () => false,
};

const table = (apps: App[], changes: Partial<RouteTableOptions> = {}) => routeTable(apps, { ...options, ...changes });
const only = (app: App, changes: Partial<RouteTableOptions> = {}) => table([app], changes).apps[0];
const hosts = (app: App) => only(app)?.hosts.map(({ host }) => host);
const messages = (apps: App[]) => table(apps).problems.map(({ appId, message }) => `${appId} ${message}`);
const httpCheck = { protocol: "HTTP" } as HealthCheck;

it("serves an app by its path read backwards, by its virtual hosts, and by its service port", () => {
  expect(hosts(testApp("/demo-nginx", 10_001, []))).toEqual(["demo-nginx.c.example"]);
  expect(hosts(testApp("/prod/web", 10_001, []))).toEqual(["web.prod.c.example"]);
  const labels = { HAPROXY_0_VHOST: "Shop.example,www.shop.example" };
  expect(hosts(testApp("/shop", 10_001, [], { labels }))).toEqual([
    "shop.c.example",
    "shop.example",
    "www.shop.example",
  ]);
});

it("treats a port as http only where the app says so, but answers to the app's name in any case", () => {
  const modes = (changes: Partial<App>) => {
    const routes = only(testApp("/a", 10_001, [], changes));
    return [routes?.ports[0]?.backend, routes?.hosts[0]?.backend];
  };
  expect(modes({})).toEqual(["tcp_a_0", "http_a_0"]);
  expect(modes({ healthChecks: [httpCheck] })).toEqual(["http_a_0", "http_a_0"]);
  expect(modes({ labels: { HAPROXY_0_VHOST: "x.example" } })).toEqual(["http_a_0", "http_a_0"]);
  expect(modes({ healthChecks: [httpCheck], labels: { HAPROXY_0_MODE: "tcp" } })).toEqual(["tcp_a_0", undefined]);
});

it("sends requests to tasks that run and, with health checks, are alive", () => {
  const alive = (isAlive: boolean) => [{ alive: isAlive, consecutiveFailures: 0 }];
  const tasks: Task[] = [
    testTask("/a", "10.0.0.1:31001", { id: "alive", healthCheckResults: alive(true) }),
    testTask("/a", "10.0.0.1:31002", { id: "ill", healthCheckResults: alive(false) }),
    testTask("/a", "10.0.0.1:31003", { id: "half", healthCheckResults: [...alive(true), ...alive(false)] }),
    testTask("/a", "10.0.0.1:31004", { id: "fresh" }),
    testTask("/a", "10.0.0.1:31005", { id: "known" }),
    testTask("/a", "10.0.0.1:31006", { id: "gone", state: "TASK_UNREACHABLE", healthCheckResults: alive(true) }),
  ];
  const names = (healthChecks: HealthCheck[]) =>
    only(testApp("/a", 10_001, [], { tasks, healthChecks }), {
      wasUsable: (id) => id === "known",
    })?.backends[0]?.servers.map(({ name }) => name);
  expect(names([httpCheck])).toEqual(["alive", "known"]);
  expect(names([])).toEqual(["alive", "ill", "half", "fresh", "known"]);
});

it("reaches tasks by host and host port, by address in a network of containers, and never by an unknown name", () => {
  const server = (changes: Partial<App>, host: string) =>
    only(testApp("/a", 10_001, [`${host}:31001`], changes))?.backends[0]?.servers.map((s) => `${s.address}:${s.port}`);
  expect(server({}, "10.0.0.1")).toEqual(["10.0.0.1:31001"]);
  expect(server({}, "slave1")).toEqual(["10.0.0.11:31001"]);
  expect(server({}, "slave2")).toEqual([]);
  expect(server({ networks: [{ mode: "container", name: "net" }] }, "10.0.0.1")).toEqual(["172.17.0.9:80"]);
  const portDefinitions = [{ port: 10_001, protocol: "tcp" as const, labels: {} }];
  expect(server({ networks: [{ mode: "host" }], container: undefined, portDefinitions }, "10.0.0.1")).toEqual([
    "10.0.0.1:31001",
  ]);
});

it("leaves out what an app gets wrong, says so, and serves the others", () => {
  const apps = [
    testApp("/bad-host", 10_001, [], { labels: { HAPROXY_0_VHOST: "a b\n  server x" } }),
    testApp("/bad-index", 10_002, [], { labels: { HAPROXY_3_MODE: "http" } }),
    testApp("/bad-mode", 10_003, [], { labels: { HAPROXY_0_MODE: "udp" } }),
    testApp("/good", 10_004, [], { labels: { HAPROXY_0_STICKY: "true" } }),
  ];
  expect(table(apps).apps.map(({ appId }) => appId)).toEqual(["/good"]);
  expect(messages(apps)).toEqual([
    expect.stringContaining("/bad-host not served: label HAPROXY_0_VHOST: 'a b"),
    "/bad-index not served: labels HAPROXY_3_… are given, but the app has no tcp port with that index",
    "/bad-mode not served: label HAPROXY_0_MODE: 'udp' is neither http nor tcp",
    "/good labels without effect: HAPROXY_0_STICKY",
  ]);
});

it("gives a name or port to one app only, and none that a machine needs", () => {
  const fixed = testApp("/fixed", 10_005, []);
  for (const mapping of fixed.container?.portMappings ?? []) mapping.hostPort = 16_666;
  const apps = [
    testApp("/b", 10_001, [], { labels: { HAPROXY_0_VHOST: "a.c.example" } }),
    testApp("/a", 10_001, []),
    testApp("/c", 16_666, []),
    testApp("/d", 5050, []),
    fixed,
  ];
  expect(messages(apps)).toEqual([
    "/b host name a.c.example belongs to /a already",
    "/b service port 10001 belongs to /a already",
    "/c service port 16666 is not proxied: /fixed takes it as a host port",
    "/d service port 5050 is not within 10000 to 20000",
  ]);
  const { apps: routes } = table(apps);
  expect(renderHostsMap(routes).split("\n")[0]).toBe("a.c.example http_a_0");
  expect(renderRoutes(routes).match(/bind :\d+/g)).toEqual(["bind :10001", "bind :10005"]);
});

it("keeps apps of inner groups out of the front", () => {
  const grouped = (HAPROXY_GROUP: string) => testApp("/a", 10_001, [], { labels: { HAPROXY_GROUP } });
  expect(only(grouped("internal"), { role: "front" })).toBeUndefined();
  expect(only(grouped("internal"))).toBeDefined();
  expect(only(grouped("internal,external"), { role: "front" })).toBeDefined();
});
