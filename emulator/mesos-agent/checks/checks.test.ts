import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "@drover/lib/test/port";
import { expect, test } from "vitest";
import type { RunningContainer } from "../container";
import { HealthRule } from "./health-checker";
import { ask, isHealthy, limitMs, probeOf } from "./probe";

function observe(gracePeriodMs: number, maxFailures: number) {
  const seen: string[] = [];
  const rule = new HealthRule(gracePeriodMs, maxFailures, 0, {
    onHealth: (healthy) => seen.push(String(healthy)),
    onUnhealthy: () => seen.push("kill"),
  });
  return { seen, rule };
}

test("failures within the grace period do not count, three in a row after it kill", () => {
  const { seen, rule } = observe(2000, 3);
  for (const nowMs of [0, 1000, 2000, 3000, 4000, 5000]) {
    rule.note(false, nowMs);
  }
  expect(seen).toEqual(["false", "false", "false", "kill"]);
});

test("a task that was healthy once has no grace; success resets the count and is told once", () => {
  const { seen, rule } = observe(60_000, 2);
  for (const healthy of [true, true, false, true, false, false]) {
    rule.note(healthy, 1000);
  }
  expect(seen).toEqual(["true", "false", "true", "false", "false", "kill"]);
});

test("HTTP and TCP probes ask the container's address", async () => {
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/ok?x=1" ? 204 : 500;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const container = { checkAddress: "127.0.0.1" } as RunningContainer;
  const health = async (check: Parameters<typeof probeOf>[0]) =>
    isHealthy(await ask(probeOf(check), container, limitMs(2.0005)).catch(() => ({ type: "TCP", succeeded: false })));
  try {
    expect(await health({ type: "HTTP", http: { port, path: "/ok?x=1" } })).toBe(true);
    expect(await health({ type: "HTTP", http: { port, path: "/" } })).toBe(false);
    expect(await health({ type: "TCP", tcp: { port } })).toBe(true);
    expect(await health({ type: "TCP", tcp: { port: await freePort() } })).toBe(false);
  } finally {
    server.close();
  }
});

test("a check without the part of its type is refused", () => {
  expect(() => probeOf({ type: "HTTP" })).toThrow("a check of type HTTP needs the part of that name");
});
