import type { HealthCheck } from "@drover/lib/marathon/types";
import { isMesosCheck } from "../model/health-check";
import type { Instance } from "../model/instance";
import { isPod, type RunSpec } from "../model/run-spec";
import { checkTarget, urlOf } from "./check-target";
import { type CheckResult, type Health, isHopeless, overallHealth, withResult } from "./health";
import { askHttp, askTcp } from "./probe";
import { timerMs } from "./timer-delay";

export interface HealthListener {
  onFailed(instance: Instance, check: HealthCheck): void;
  onChanged(instance: Instance, alive: boolean): void;
  /** Too many failures in a row. */
  onHopeless(instance: Instance, check: HealthCheck, health: Health): void;
}

interface Watched {
  instance: Instance;
  app: RunSpec;
  /** By index of the app's health checks. */
  health: (Health | undefined)[];
  timers: (NodeJS.Timeout | undefined)[];
}

/** Until the first result that counts a task is asked this often: a deployment waits for it. */
const eagerIntervalMs = 2_000;

/** Does the health checks of the leader, takes in those of the agents, and knows the health of every task. */
export class HealthMonitor {
  private readonly watched = new Map<string, Watched>();

  constructor(private readonly listener: HealthListener) {}

  /** Tells of a task or of its new state; checks begin when it runs. */
  update(instance: Instance, app: RunSpec): void {
    if (app.healthChecks.length === 0) return;
    const before = this.watched.get(instance.id);
    if (before) before.instance = instance;
    const watched = before ?? { instance, app, health: [], timers: [] };
    this.watched.set(instance.id, watched);
    const isChecked = instance.state === "TASK_RUNNING" && instance.goal === "run";
    for (const [index, check] of app.healthChecks.entries()) {
      if (isMesosCheck(check.protocol)) continue;
      if (!isChecked) this.pause(watched, index);
      else if (watched.timers[index] === undefined) this.schedule(watched, index, check, 0);
    }
  }

  forget(instanceId: string): void {
    const watched = this.watched.get(instanceId);
    this.watched.delete(instanceId);
    for (const timer of watched?.timers ?? []) clearTimeout(timer);
  }

  /** The agent's own check has told its result. @param of index of the check; undefined: the only one that Mesos does */
  reported(instanceId: string, healthy: boolean, of?: number): void {
    const watched = this.watched.get(instanceId);
    const index = of ?? watched?.app.healthChecks.findIndex((check) => isMesosCheck(check.protocol)) ?? -1;
    const check = watched?.app.healthChecks[index];
    // Grace period and failures in a row were the agent's business.
    const limits = { gracePeriodSeconds: 0, maxConsecutiveFailures: 0 };
    const result: CheckResult = healthy ? { isHealthy: true } : { isHealthy: false, cause: "reported by the agent" };
    if (watched && check) this.take(watched, index, check, result, limits);
  }

  /** True or false once known; undefined for an app without checks, too. */
  isHealthy(instanceId: string): boolean | undefined {
    const watched = this.watched.get(instanceId);
    return watched && overallHealth(watched.app.healthChecks.map((_, index) => watched.health[index]));
  }

  results(instanceId: string): Health[] {
    return this.watched.get(instanceId)?.health.filter((health) => health !== undefined) ?? [];
  }

  close(): void {
    for (const id of [...this.watched.keys()]) this.forget(id);
  }

  private pause(watched: Watched, index: number): void {
    clearTimeout(watched.timers[index]);
    watched.timers[index] = undefined;
  }

  private schedule(watched: Watched, index: number, check: HealthCheck, delayMs: number): void {
    watched.timers[index] = setTimeout(async () => {
      const result = await perform(watched.app, watched.instance, check);
      const isDue = () => this.watched.get(watched.instance.id) === watched && watched.timers[index] !== undefined;
      if (!isDue()) return;
      this.take(watched, index, check, result, check);
      // The result may have been the last one: then the task has been told to end.
      if (!isDue()) return;
      const isNew = watched.health[index] === undefined;
      const intervalMs = timerMs(check.intervalSeconds);
      this.schedule(watched, index, check, isNew ? Math.min(intervalMs, eagerIntervalMs) : intervalMs);
    }, delayMs);
  }

  private take(
    watched: Watched,
    index: number,
    check: HealthCheck,
    result: CheckResult,
    limits: Pick<HealthCheck, "gracePeriodSeconds" | "maxConsecutiveFailures">,
  ): void {
    const { instance } = watched;
    const before = watched.health[index];
    const startedAt = instance.startedAt ?? instance.stagedAt;
    const health = withResult(before, result, limits, startedAt, new Date().toISOString());
    watched.health[index] = health;
    if (health === undefined || health === before) return;
    if (!result.isHealthy) this.listener.onFailed(instance, check);
    if (health.alive !== before?.alive) this.listener.onChanged(instance, health.alive);
    if (isHopeless(health, limits)) this.listener.onHopeless(instance, check, health);
  }
}

async function perform(app: RunSpec, instance: Instance, check: HealthCheck): Promise<CheckResult> {
  const target = isPod(app) ? undefined : checkTarget(app, instance, check);
  if (target === undefined) return { isHealthy: false, cause: "the task's address is not known" };
  const timeoutMs = timerMs(check.timeoutSeconds);
  try {
    if (check.protocol === "TCP") {
      await askTcp(target.host, target.port, timeoutMs);
      return { isHealthy: true };
    }
    const scheme = check.protocol === "HTTPS" ? "HTTPS" : "HTTP";
    const { status } = await askHttp(urlOf(scheme, target, check.path ?? "/"), timeoutMs);
    const isHealthy = status >= 200 && status < 400;
    return isHealthy ? { isHealthy } : { isHealthy, cause: `HTTP status ${status}` };
  } catch (error) {
    return { isHealthy: false, cause: (error as Error).message };
  }
}
