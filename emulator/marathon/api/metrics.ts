import type { Leader } from "../leader/leader";
import { appsOf, podsOf } from "../model/root";
import { taskCounts } from "./task-counts";

/** `GET /metrics`: gauges in the form of the Dropwizard library; what only a leader knows is left out on a standby. */
export function metrics(leader: Leader | undefined): Record<string, unknown> {
  const gauges = { ...processGauges(), ...(leader ? leaderGauges(leader) : {}) };
  return {
    version: "4.0.0",
    gauges: Object.fromEntries(Object.entries(gauges).map(([name, value]) => [name, { value }])),
    counters: {},
    histograms: {},
    meters: {},
    timers: {},
  };
}

function processGauges(): Record<string, number> {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    "marathon.uptime.gauge.seconds": process.uptime(),
    "marathon.memory.resident.gauge.bytes": rss,
    "marathon.memory.heap.used.gauge.bytes": heapUsed,
  };
}

function leaderGauges(leader: Leader): Record<string, number> {
  const counts = taskCounts(leader, leader.instances.all());
  return {
    "marathon.apps.active.gauge": appsOf(leader.state.root).length,
    "marathon.pods.active.gauge": podsOf(leader.state.root).length,
    "marathon.groups.active.gauge": leader.state.root.groups.size,
    "marathon.deployments.active.gauge": leader.state.deployments.size,
    "marathon.instances.staged.gauge": counts.tasksStaged,
    "marathon.instances.running.gauge": counts.tasksRunning,
    "marathon.instances.healthy.gauge": counts.tasksHealthy,
    "marathon.instances.unhealthy.gauge": counts.tasksUnhealthy,
  };
}
