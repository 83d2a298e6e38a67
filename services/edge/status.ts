import { json, type Reply, text } from "@drover/lib/http/reply";
import { Router } from "@drover/lib/http/router";
import type { Problem } from "./routes/types";

/** What the edge knows of itself, for /health and /metrics. */
export class Status {
  private lastSyncMs: number | undefined;
  private lastError: string | undefined;
  private streamUp = false;
  private apps = 0;
  private servers = 0;
  private problems: Problem[] = [];
  private readonly counts = { syncs: 0, failures: 0, reloads: 0, runtimeChanges: 0, streamLosses: 0 };

  constructor(private readonly staleAfterSeconds: number) {}

  synced(by: "nothing" | "runtime" | "reload", apps: number, servers: number, problems: Problem[]): void {
    this.lastSyncMs = Date.now();
    this.lastError = undefined;
    this.apps = apps;
    this.servers = servers;
    this.problems = problems;
    this.counts.syncs++;
    if (by === "reload") this.counts.reloads++;
    if (by === "runtime") this.counts.runtimeChanges++;
  }

  failed(error: Error): void {
    this.lastError = error.message;
    this.counts.failures++;
  }

  stream(isUp: boolean): void {
    if (this.streamUp && !isUp) this.counts.streamLosses++;
    this.streamUp = isUp;
  }

  router(): Router {
    return new Router().on("GET", "/health", () => this.health()).on("GET", "/metrics", () => text(this.metrics()));
  }

  /** Seconds since the proxy was last known to match Marathon; undefined before the first time. */
  private staleness(): number | undefined {
    return this.lastSyncMs === undefined ? undefined : (Date.now() - this.lastSyncMs) / 1000;
  }

  private health(): Reply {
    const staleness = this.staleness();
    const isHealthy = staleness !== undefined && staleness <= this.staleAfterSeconds;
    const problems = this.problems;
    return json({ stalenessSeconds: staleness, error: this.lastError, problems }, isHealthy ? 200 : 503);
  }

  private metrics(): string {
    const metric = (name: string, type: "gauge" | "counter", help: string, value: number | undefined) =>
      value === undefined
        ? ""
        : `# HELP drover_edge_${name} ${help}\n# TYPE drover_edge_${name} ${type}\ndrover_edge_${name} ${value}\n`;
    const { syncs, failures, reloads, runtimeChanges, streamLosses } = this.counts;
    return [
      metric("staleness_seconds", "gauge", "Time since the proxy last matched Marathon.", this.staleness()),
      metric("event_stream_up", "gauge", "Whether Marathon's event stream stands.", Number(this.streamUp)),
      metric("apps", "gauge", "Apps with routes.", this.apps),
      metric("servers", "gauge", "Servers in all backends.", this.servers),
      metric("problems", "gauge", "Apps, or parts of them, not served as asked.", this.problems.length),
      metric("syncs_total", "counter", "Times the proxy was brought in line with Marathon.", syncs),
      metric("sync_failures_total", "counter", "Times that failed.", failures),
      metric("reloads_total", "counter", "Reloads of HAProxy.", reloads),
      metric("runtime_changes_total", "counter", "Changes made without a reload.", runtimeChanges),
      metric("event_stream_losses_total", "counter", "Times the event stream broke.", streamLosses),
    ].join("");
  }
}
