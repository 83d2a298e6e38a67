import type { HealthCheck } from "@drover/lib/mesos/types";
import { isHealthy, limitMs, type ProbeResult } from "./probe";
import { repeat } from "./repeat";

export interface HealthListener {
  /** Told of the first success, of the first after failures, and of every failure that counts. */
  onHealth(healthy: boolean): void;
  /** Too many failures in a row: the task has to be killed. */
  onUnhealthy(): void;
}

/**
 * Upstream's rule of health checks: failures do not count within the grace period after the start, as long as the task
 * has never been healthy.
 */
export class HealthRule {
  private failures = 0;

  constructor(
    private readonly gracePeriodMs: number,
    private readonly maxFailures: number,
    private readonly startMs: number,
    private readonly listener: HealthListener,
    private everHealthy = false,
  ) {}

  note(healthy: boolean, nowMs: number): void {
    if (healthy) {
      const isNews = !this.everHealthy || this.failures > 0;
      this.everHealthy = true;
      this.failures = 0;
      if (isNews) {
        this.listener.onHealth(true);
      }
      return;
    }
    if (!this.everHealthy && nowMs - this.startMs <= this.gracePeriodMs) {
      return;
    }
    this.failures++;
    this.listener.onHealth(false);
    if (this.failures >= this.maxFailures) {
      this.listener.onUnhealthy();
    }
  }
}

/**
 * Checks the health of a task until the returned function is called.
 * @param ask one question with its time limit in milliseconds; a rejection counts as a failure
 * @param wasHealthy true when the task was found healthy before a restart of the agent
 */
export function startHealthChecks(
  check: HealthCheck,
  ask: (limitMs: number) => Promise<ProbeResult>,
  listener: HealthListener,
  wasHealthy: boolean,
): () => void {
  const { delay_seconds = 15, interval_seconds = 10, timeout_seconds = 20 } = check;
  const { consecutive_failures = 3, grace_period_seconds = 10 } = check;
  const rule = new HealthRule(grace_period_seconds * 1000, consecutive_failures, Date.now(), listener, wasHealthy);
  let stopped = false;
  const stop = repeat(delay_seconds, interval_seconds, async () => {
    const healthy = await ask(limitMs(timeout_seconds)).then(isHealthy, () => false);
    if (!stopped) {
      rule.note(healthy, Date.now());
    }
  });
  return () => {
    stopped = true;
    stop();
  };
}
