import type { ContainerStats } from "dockerode";
import type { Usage } from "../container";

const NANOSECONDS = 1e9;

/** Reads the counters the agent reports; memory is `rss` on cgroup v1 and `anon` on v2. */
export function usageOf(stats: ContainerStats): Usage {
  const cpu = stats.cpu_stats.cpu_usage;
  const memory: Partial<Record<string, number>> = { ...stats.memory_stats.stats };
  return {
    cpusUserSeconds: cpu.usage_in_usermode / NANOSECONDS,
    cpusSystemSeconds: cpu.usage_in_kernelmode / NANOSECONDS,
    memRssBytes: memory.rss ?? memory.anon ?? 0,
  };
}
