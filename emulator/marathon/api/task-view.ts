import type { HealthCheckResult, Task } from "@drover/lib/marathon/types";
import type { Leader } from "../leader/leader";
import type { Instance } from "../model/instance";
import { appPorts } from "../model/ports";
import { isPod } from "../model/run-spec";

/** A task as the API shows it. */
export function taskView(leader: Leader, instance: Instance): Task {
  const known = leader.state.root.specs.get(instance.appId) ?? leader.definitions.of(instance);
  const results = leader.health
    .results(instance.id)
    .map((health): HealthCheckResult => ({ ...health, instanceId: instance.id, taskId: instance.taskId }));
  return {
    id: instance.taskId,
    appId: instance.appId,
    host: instance.host,
    ports: instance.hostPorts.filter((port) => port !== null),
    servicePorts: known && !isPod(known) ? appPorts(known).map((port) => port.servicePort) : [],
    slaveId: instance.agentId,
    state: instance.goal === "stop" ? "TASK_KILLING" : instance.state,
    stagedAt: instance.stagedAt,
    ...(instance.startedAt ? { startedAt: instance.startedAt } : {}),
    version: instance.version,
    ipAddresses: instance.ipAddresses,
    ...(results.length > 0 ? { healthCheckResults: results } : {}),
    localVolumes: (instance.volumes ?? []).map((volume) => ({ runSpecId: instance.appId, ...volume })),
    ...(instance.region ? { region: instance.region } : {}),
    ...(instance.zone ? { zone: instance.zone } : {}),
    role: instance.role,
  };
}

/** The tasks of an app, oldest first. */
export function taskViews(leader: Leader, appId: string): Task[] {
  return leader.instances
    .ofApp(appId)
    .filter(({ state }) => state !== "RESERVED")
    .sort((a, b) => a.stagedAt.localeCompare(b.stagedAt))
    .map((instance) => taskView(leader, instance));
}
