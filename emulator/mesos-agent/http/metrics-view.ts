import { cpus, freemem, loadavg, totalmem } from "node:os";
import { scalarSum } from "../resources/amounts";
import { executorsOf, resourcesInUse } from "../tasks/executors";
import type { AgentParts } from "./agent-view";

const SCALARS = ["cpus", "gpus", "mem", "disk"] as const;
const STATES = ["staging", "starting", "running", "killing"] as const;

/** Of what upstream counts and cannot happen here: no resource providers, nothing revocable, no images of its own. */
const NEVER = [
  "containerizer/mesos/container_destroy_errors",
  "containerizer/mesos/provisioner/bind/remove_rootfs_errors",
  "containerizer/mesos/provisioner/remove_container_errors",
  "resource_provider_manager/events/disconnect",
  "resource_provider_manager/events/subscribe",
  "resource_provider_manager/subscribed",
  "slave/executors_preempted",
  "slave/executors_registering",
  "slave/executors_terminating",
  "slave/invalid_framework_messages",
  "slave/invalid_status_updates",
  "slave/recovery_errors",
  "slave/valid_framework_messages",
  ...SCALARS.flatMap((name) => ["percent", "total", "used"].map((kind) => `slave/${name}_revocable_${kind}`)),
];

/** `/metrics/snapshot`, with upstream's names. */
export function metricsView(parts: AgentParts): Record<string, number> {
  const { agent, garbage, fetcher, recoverySeconds } = parts;
  const active = agent.tasks.all();
  const frameworks = [...agent.tasks.frameworks.values()];
  const executors = frameworks.flatMap((framework) => executorsOf(framework).active);
  const used = resourcesInUse(frameworks);
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  const shares = SCALARS.flatMap((name) => {
    const total = scalarSum(agent.resources, name);
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
  const recovered = recoverySeconds();
  const metrics = {
    ...Object.fromEntries(NEVER.map((name) => [name, 0])),
    "containerizer/fetcher/cache_size_total_bytes": fetcher.cache.totalBytes,
    "containerizer/fetcher/cache_size_used_bytes": fetcher.cache.usedBytes,
    "containerizer/fetcher/task_fetches_failed": fetcher.failed,
    "containerizer/fetcher/task_fetches_succeeded": fetcher.succeeded,
    "gc/path_removals_failed": garbage.failed,
    "gc/path_removals_pending": garbage.pending,
    "gc/path_removals_succeeded": garbage.removed,
    ...Object.fromEntries(shares),
    ...Object.fromEntries(states),
    ...agent.metrics.counters(),
    "slave/executor_directory_max_allowed_age_secs": garbage.maxAgeMs / 1000,
    "slave/executors_running": executors.filter(({ members }) =>
      members.some(({ taskRun }) => taskRun.running !== undefined),
    ).length,
    "slave/frameworks_active": frameworks.length,
    "slave/registered": parts.isRegistered() ? 1 : 0,
    ...(recovered !== undefined && { "slave/recovery_time_secs": recovered }),
    "slave/uptime_secs": (Date.now() - agent.startMs) / 1000,
    "system/cpus_total": cpus().length,
    "system/load_15min": load15,
    "system/load_1min": load1,
    "system/load_5min": load5,
    "system/mem_free_bytes": freemem(),
    "system/mem_total_bytes": totalmem(),
  };
  return Object.fromEntries(Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1)));
}
