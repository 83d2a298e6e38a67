import { freePort } from "@drover/lib/test/port";
import { afterEach, expect, test, vi } from "vitest";
import type { Instance } from "../model/instance";
import { appOf } from "../test/sample-app";
import { HealthMonitor } from "./health-monitor";

afterEach(() => {
  vi.useRealTimers();
});

test("a task that was given up is not asked again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const check = { protocol: "TCP", gracePeriodSeconds: 0, maxConsecutiveFailures: 1, intervalSeconds: 5 };
  const app = appOf({ healthChecks: [check] });
  const hostPorts = [await freePort()];
  const at = new Date().toISOString();
  const instance = {
    id: "i",
    host: "127.0.0.1",
    hostPorts,
    state: "TASK_RUNNING",
    goal: "run",
    stagedAt: at,
  } as Instance;
  let failures = 0;
  const givenUp = new Promise<void>((resolve) => {
    const monitor: HealthMonitor = new HealthMonitor({
      onFailed: () => {
        failures++;
        // Only now the next check is set.
        setImmediate(() => vi.advanceTimersByTime(5_000));
      },
      onChanged: () => {},
      onHopeless: (sick) => {
        monitor.update({ ...sick, goal: "stop" }, app);
        resolve();
      },
    });
    monitor.update(instance, app);
    vi.advanceTimersByTime(0);
  });
  await givenUp;
  // The closing of the last connection takes a round or two, and ends its time limit.
  for (let rounds = 0; rounds < 3; rounds++) await new Promise((resolve) => setImmediate(resolve));
  expect([failures, vi.getTimerCount()]).toEqual([2, 0]);
});
