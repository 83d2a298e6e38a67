import { cpus, freemem, loadavg, totalmem } from "node:os";
import { nowSeconds } from "../clock";
import type { Cluster } from "../cluster";
import type { LeadingMaster } from "../leadership/leading-master";
import type { Framework } from "../model";
import { Resources } from "../resources/resources";
import { isActive } from "./agent-view";

/** Counters that are there from the start, with zero. */
const COUNTERS = [
  "master/dropped_messages",
  "master/invalid_status_update_acknowledgements",
  "master/invalid_status_updates",
  "master/recovery_slave_removals",
  "master/slave_registrations",
  "master/slave_removals",
  "master/slave_removals/reason_registered",
  "master/slave_removals/reason_unhealthy",
  "master/slave_removals/reason_unregistered",
  "master/slave_reregistrations",
  "master/slave_unreachable_completed",
  "master/tasks_dropped",
  "master/tasks_error",
  "master/tasks_failed",
  "master/tasks_finished",
  "master/tasks_gone",
  "master/tasks_gone_by_operator",
  "master/tasks_killed",
  "master/tasks_lost",
  "master/valid_status_update_acknowledgements",
  "master/valid_status_updates",
];

/**
 * `/metrics/snapshot`: what is measured, under upstream's names.
 * @param master undefined on a standby, whose cluster is empty
 */
export function metricsView(master: LeadingMaster | undefined, startSeconds: number): Record<string, number> {
  return {
    "master/elected": master ? 1 : 0,
    "master/uptime_secs": nowSeconds() - startSeconds,
    ...systemMetrics(),
    ...Object.fromEntries(COUNTERS.map((name) => [name, 0])),
    ...(master ? leaderMetrics(master) : {}),
  };
}

function leaderMetrics(master: LeadingMaster): Record<string, number> {
  const { cluster, leadership, allocator } = master;
  return {
    ...Object.fromEntries(leadership.counters.entries()),
    "registrar/log/recovered": master.recovered ? 1 : 0,
    "allocator/mesos/allocation_runs": allocator.runs,
    "allocator/mesos/allocation_run_ms": allocator.lastRunMs,
    "master/outstanding_offers": cluster.offers.size,
    ...resourceMetrics(cluster),
    ...agentMetrics(cluster),
    ...frameworkMetrics([...cluster.frameworks.values()]),
  };
}

function resourceMetrics(cluster: Cluster): Record<string, number> {
  const used = Resources.sum([...cluster.agents.values()].map((agent) => agent.used.scalarsOnly()));
  return Object.fromEntries(
    ["cpus", "mem", "disk", "gpus"].flatMap((name) => {
      const total = cluster.total.scalar(name);
      return [
        [`master/${name}_total`, total],
        [`master/${name}_used`, used.scalar(name)],
        [`master/${name}_percent`, total === 0 ? 0 : used.scalar(name) / total],
      ];
    }),
  );
}

function agentMetrics(cluster: Cluster): Record<string, number> {
  const agents = [...cluster.agents.values()];
  const connected = agents.filter(({ connection }) => connection).length;
  const active = agents.filter(isActive).length;
  return {
    "master/slaves_active": active,
    "master/slaves_connected": connected,
    "master/slaves_disconnected": agents.length - connected,
    "master/slaves_inactive": agents.length - active,
    "master/slaves_unreachable": cluster.unreachableAgents.size,
  };
}

function frameworkMetrics(frameworks: Framework[]): Record<string, number> {
  const connected = frameworks.filter(({ connection }) => connection).length;
  const states = new Map<string, number>();
  for (const { tasks } of frameworks) {
    for (const { task } of tasks.values()) {
      states.set(task.state, (states.get(task.state) ?? 0) + 1);
    }
  }
  const live = ["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING"] as const;
  return {
    "master/frameworks_active": connected,
    "master/frameworks_connected": connected,
    "master/frameworks_disconnected": frameworks.length - connected,
    "master/frameworks_inactive": frameworks.length - connected,
    ...Object.fromEntries(
      live.map((state) => [`master/${state.toLowerCase().replace("task_", "tasks_")}`, states.get(state) ?? 0]),
    ),
    "master/tasks_unreachable": frameworks.reduce((sum, { unreachableTasks }) => sum + unreachableTasks.size, 0),
  };
}

/** `/system/stats.json` */
export function systemStats(): Record<string, number> {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  return {
    avg_load_15min: load15,
    avg_load_1min: load1,
    avg_load_5min: load5,
    cpus_total: cpus().length,
    mem_free_bytes: freemem(),
    mem_total_bytes: totalmem(),
  };
}

function systemMetrics(): Record<string, number> {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  return {
    "system/cpus_total": cpus().length,
    "system/load_1min": load1,
    "system/load_5min": load5,
    "system/load_15min": load15,
    "system/mem_total_bytes": totalmem(),
    "system/mem_free_bytes": freemem(),
  };
}
