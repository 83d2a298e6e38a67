import type { Leader } from "../leader/leader";

/** `GET /metrics` in the form of the Dropwizard library; what only a leader knows is left out while it reads its state. */
export function metrics(leader: Leader | undefined): Record<string, unknown> {
  const { rss, heapUsed } = process.memoryUsage();
  const gauges: Record<string, number> = { "jvm.memory.total.used": rss, "jvm.memory.heap.used": heapUsed };
  const counters: Record<string, { count: number }> = {};
  const histograms: Record<string, unknown> = {};
  if (leader) {
    const records = leader.book.all();
    const queued = records.filter(({ activity }) => activity.queued);
    const manager = "org.apache.mesos.chronos.scheduler.jobs.TaskManager";
    gauges[`${manager}.queueSize`] = queued.filter(({ job }) => !job.highPriority).length;
    gauges[`${manager}.highQueueSize`] = queued.filter(({ job }) => job.highPriority).length;
    for (const { name, successes, failures } of leader.statistics.counts()) {
      counters[`jobs.run.success.${name}`] = { count: successes };
      counters[`jobs.run.failure.${name}`] = { count: failures };
      const { count, median, ...percentiles } = leader.statistics.histogram(name);
      histograms[`jobs.run.time.${name}`] = {
        count,
        mean: percentiles.mean,
        p50: median,
        p75: percentiles["75thPercentile"],
        p95: percentiles["95thPercentile"],
        p98: percentiles["98thPercentile"],
        p99: percentiles["99thPercentile"],
      };
    }
  }
  return {
    version: "3.0.0",
    gauges: Object.fromEntries(Object.entries(gauges).map(([name, value]) => [name, { value }])),
    counters,
    histograms,
    meters: {},
    timers: {},
  };
}
