import type { Logger } from "@drover/lib/log";
import type { HealthCheck } from "@drover/lib/marathon/types";
import type { EventBus } from "../events/event-bus";
import type { Health } from "../health/health";
import type { HealthListener } from "../health/health-monitor";
import type { Instance } from "../model/instance";
import type { Definitions } from "./definitions";
import type { LaunchQueue } from "./launch-queue";

export interface HealthReactionsParts {
  definitions: Definitions;
  queue: LaunchQueue;
  events: EventBus;
  log: Logger;
  isHealthy: (instanceId: string) => boolean | undefined;
  stop: (instance: Instance) => void;
  onChange: () => void;
}

/** What follows from the results of health checks: events, deployments that go on, tasks that are replaced. */
export class HealthReactions implements HealthListener {
  constructor(private readonly parts: HealthReactionsParts) {}

  onFailed(instance: Instance, healthCheck: HealthCheck): void {
    const { id: instanceId, taskId, appId } = instance;
    this.parts.events.publish("failed_health_check_event", { appId, taskId, instanceId, healthCheck });
  }

  onChanged(instance: Instance, alive: boolean): void {
    const { events, isHealthy, onChange } = this.parts;
    const { id: instanceId, taskId, appId, version } = instance;
    events.publish("health_status_changed_event", { appId, instanceId, taskId, version, alive });
    const healthy = isHealthy(instanceId) ?? null;
    events.publish("instance_health_changed_event", { instanceId, runSpecId: appId, healthy, runSpecVersion: version });
    onChange();
  }

  /** The task is replaced, with a delay as after any failure. */
  onHopeless(instance: Instance, check: HealthCheck, health: Health): void {
    const { definitions, queue, events, log, stop } = this.parts;
    const { id: instanceId, taskId, appId, version, host, agentId: slaveId } = instance;
    const reason = `${check.protocol} health check failed ${health.consecutiveFailures} times: ${health.lastFailureCause}`;
    log.warn({ taskId, reason }, "killing an unhealthy task");
    events.publish("unhealthy_instance_kill_event", { appId, taskId, instanceId, version, reason, host, slaveId });
    const app = definitions.of(instance);
    if (app) queue.delays.failed(app, Date.now());
    stop(instance);
  }
}
