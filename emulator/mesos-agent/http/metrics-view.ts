import { cpus, freemem, loadavg, totalmem } from "node:os";
import type { Agent } from "../agent";
import type { SandboxGarbage } from "../garbage";
import { scalarSum } from "../resources/amounts";
import { resourcesInUse } from "./state-view";

const SCALARS = ["cpus", "gpus", "mem", "disk"] as const;
const STATES = ["staging", "starting", "running", "killing"] as const;

/** `/metrics/snapshot`, with upstream's names. */
export function metricsView(agent: Agent, garbage: SandboxGarbage, isRegistered: boolean): Record<string, number> {
  const active = agent.tasks.all();
  const used = active.flatMap(({ taskRun }) => resourcesInUse(taskRun.run.task));
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  const shares = SCALARS.flatMap((name) => {
    const total = scalarSum(agent.info.resources ?? [], name);
    const inUse = scalarSum(used, name);
    return [
      [`slave/${name}_total`, total],
      [`slave/${name}_used`, inUse],
      [`slave/${name}_percent`, total === 0 ? 0 : inUse / total],
    ] as const;
  });
  const states = STATES.map((name) => {
    const count = active.filter(({ taskRun }) => taskRun.state === `TASK_${name.toUpperCase()}`).length;
    return [`slave/tasks_${name}`, count] as const;
  });
  return {
    "gc/path_removals_failed": garbage.failed,
    "gc/path_removals_pending": garbage.pending,
    "gc/path_removals_succeeded": garbage.removed,
    ...Object.fromEntries(shares),
    ...Object.fromEntries(states),
    ...agent.metrics.counters(),
    "slave/executor_directory_max_allowed_age_secs": garbage.maxAgeMs / 1000,
    "slave/executors_running": active.filter(({ taskRun }) => taskRun.running !== undefined).length,
    "slave/frameworks_active": agent.tasks.frameworks.size,
    "slave/registered": isRegistered ? 1 : 0,
    "slave/uptime_secs": (Date.now() - agent.startMs) / 1000,
    "system/cpus_total": cpus().length,
    "system/load_15min": load15,
    "system/load_1min": load1,
    "system/load_5min": load5,
    "system/mem_free_bytes": freemem(),
    "system/mem_total_bytes": totalmem(),
  };
}
