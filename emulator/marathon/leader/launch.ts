import type { Offer, Operation, Resource } from "@drover/lib/mesos/types";
import { configVersion } from "../model/app-change";
import type { Instance } from "../model/instance";
import { isResident } from "../model/residency";
import { isPod, type PodSpec, type RunSpec } from "../model/run-spec";
import { factsOf, type Match, type MatchRules, matchOffer, type RejectReason } from "../placement/offer-match";
import { type Owner, reserve, reservedFor } from "../placement/reservation";
import { taskGroup } from "../placement/task-group";
import { launchOf, newInstanceId, taskIdOf } from "../placement/task-id";
import { type TaskInfoSettings, taskInfo } from "../placement/task-info";

/** One instance that an offer is used for. */
export interface Launch {
  instance: Instance;
  operations: Operation[];
  /** What the offer has left. */
  left: readonly Resource[];
}

export interface LaunchRules {
  match: MatchRules;
  taskInfo: TaskInfoSettings;
  owner: Owner;
}

/** What is there already of an app or pod that an offer is tried for. */
export interface Siblings {
  /** Instances of the same configuration. */
  alike: readonly Instance[];
  /** Instances that hold volumes for a task to come. */
  reserved: readonly Instance[];
  /** More volumes may be made. */
  mayReserve: boolean;
}

/** Uses what is left of an offer for one instance, or says why it cannot. */
export function launchOn(
  spec: RunSpec,
  offer: Offer,
  left: readonly Resource[],
  siblings: Siblings,
  rules: LaunchRules,
): Launch | RejectReason {
  if (!isPod(spec) && isResident(spec)) {
    for (const instance of siblings.reserved) {
      const own = reservedFor(instance, left);
      if (own) return relaunch(spec, instance, offer, own, left, rules);
    }
    if (!siblings.mayReserve) return "NoCorrespondingReservationFound";
  }
  const match = matchOffer(spec, offer, left, siblings.alike, rules.match);
  if (typeof match === "string") return match;
  const instance = newInstance(spec, offer, match);
  if (isPod(spec)) {
    const placement = { ...placementOf(instance, offer, match.resources), spec, instanceId: instance.id };
    const containers = instance.containers ?? [];
    const { frameworkId } = rules.owner;
    const launch_group = taskGroup({ ...placement, containers, frameworkId }, rules.taskInfo);
    return { instance, operations: [{ type: "LAUNCH_GROUP", launch_group }], left: match.left };
  }
  if (!isResident(spec)) {
    const task = taskInfo({ app: spec, ...placementOf(instance, offer, match.resources) }, rules.taskInfo);
    return { instance, operations: [{ type: "LAUNCH", launch: { task_infos: [task] } }], left: match.left };
  }
  const reserved = reserve(spec, instance.id, match, rules.owner);
  if (typeof reserved === "string") return reserved;
  const { operations, resources, volumes } = reserved;
  const task = taskInfo({ app: spec, ...placementOf(instance, offer, resources) }, rules.taskInfo);
  return {
    instance: { ...instance, volumes },
    operations: [...operations, { type: "LAUNCH", launch: { task_infos: [task] } }],
    left: reserved.left,
  };
}

/** The next task of an instance that holds volumes, with all that is set aside for it. */
function relaunch(
  spec: Exclude<RunSpec, PodSpec>,
  reserved: Instance,
  offer: Offer,
  resources: Resource[],
  left: readonly Resource[],
  rules: LaunchRules,
): Launch {
  const { startedAt: _startedAt, unreachableSince: _since, ...kept } = reserved;
  const instance: Instance = {
    ...kept,
    ...fresh(spec, offer),
    taskId: taskIdOf(reserved.id, "_app", launchOf(reserved.taskId) + 1),
  };
  const task = taskInfo({ app: spec, ...placementOf(instance, offer, resources) }, rules.taskInfo);
  return {
    instance,
    operations: [{ type: "LAUNCH", launch: { task_infos: [task] } }],
    left: left.filter((each) => !resources.includes(each)),
  };
}

function newInstance(spec: RunSpec, offer: Offer, { hostPorts }: Match): Instance {
  const id = newInstanceId(spec.id);
  const stagedAt = new Date().toISOString();
  const containers = isPod(spec)
    ? spec.pod.containers.map(({ name }) => ({
        name,
        taskId: taskIdOf(id, name),
        state: "TASK_STAGING" as const,
        since: stagedAt,
        networks: [],
      }))
    : undefined;
  return {
    id,
    taskId: containers?.[0]?.taskId ?? taskIdOf(id),
    appId: spec.id,
    hostPorts,
    ...fresh(spec, offer),
    ...(containers ? { containers } : {}),
  };
}

function fresh(spec: RunSpec, offer: Offer) {
  return {
    ...factsOf(offer),
    version: spec.version,
    configVersion: configVersion(spec),
    role: spec.role,
    agentId: offer.agent_id.value,
    state: "TASK_STAGING" as const,
    isConfirmed: false,
    goal: "run" as const,
    stagedAt: new Date().toISOString(),
    ipAddresses: [],
  };
}

function placementOf({ taskId, hostPorts }: Instance, offer: Offer, resources: Resource[]) {
  return { taskId, agentId: offer.agent_id.value, host: offer.hostname, hostPorts, resources };
}
