import type { IpAddress } from "@drover/lib/marathon/types";
import { type Attribute, isTerminal, type TaskState, type TaskStatus } from "@drover/lib/mesos/types";

/** What of an agent a constraint can ask for. */
export interface AgentFacts {
  host: string;
  attributes: Attribute[];
  region?: string;
  zone?: string;
}

/** One container of a pod's instance: a Mesos task of its own. */
export interface InstanceContainer {
  name: string;
  /** `<instance id>.<name>.<launch>` */
  taskId: string;
  state: TaskState;
  /** As Mesos told last; undefined without a check. */
  healthy?: boolean;
  /** When the state was told, ISO 8601. */
  since: string;
  networks: { name?: string; addresses: string[] }[];
}

/** A volume that was made for an instance. */
export interface ReservedVolume {
  containerPath: string;
  /** `<app, / as #>#<path>#<uuid>` */
  persistenceId: string;
  uuid: string;
}

/** `RESERVED`: its task has ended, its volumes wait on their agent for the next one. */
export type InstanceState = TaskState | "RESERVED";

/**
 * One task of an app, or the tasks of one pod, from the moment its offer is taken until its end is known. One with
 * volumes outlives its tasks. Never changed in place.
 */
export interface Instance extends AgentFacts {
  /** `prod_web.instance-<uuid>` */
  id: string;
  /** `<id>._app.<launch>`; of a pod the task of its first container. */
  taskId: string;
  appId: string;
  /** Version of the app that it was started from. */
  version: string;
  /** Since when the app's configuration was what it was started with; equal to the app's as long as it is up to date. */
  configVersion: string;
  role: string;
  agentId: string;
  /** By index of the app's ports; null where the app wants no host port. */
  hostPorts: (number | null)[];
  /** The last state Mesos told; of a pod the one furthest from running. */
  state: InstanceState;
  /** Mesos has told of it at least once. */
  isConfirmed: boolean;
  /** `stop`: it has been told, or will be told, to end. */
  goal: "run" | "stop";
  /** ISO 8601. */
  stagedAt: string;
  startedAt?: string;
  unreachableSince?: string;
  ipAddresses: IpAddress[];
  /** Present for pods. */
  containers?: InstanceContainer[];
  /** Present for apps with persistent volumes. */
  volumes?: ReservedVolume[];
  /** Its volumes go when its task has ended. */
  wipe?: boolean;
}

/** The Mesos tasks of an instance. */
export function taskIdsOf({ taskId, containers }: Instance): string[] {
  return containers ? containers.map((each) => each.taskId) : [taskId];
}

/** The Mesos tasks that may still run. */
export function liveTaskIdsOf({ taskId, containers }: Instance): string[] {
  if (containers === undefined) return [taskId];
  return containers.filter(({ state }) => !hasEnded(state)).map((each) => each.taskId);
}

/** From the furthest from running to the nearest: the first that one container is in is the state of the pod. */
const stateOrder: TaskState[] = ["TASK_UNREACHABLE", "TASK_KILLING", "TASK_STAGING", "TASK_STARTING", "TASK_RUNNING"];

/** What a status update makes of an instance; its state is an ended one when all its tasks have ended. */
export function withStatus(instance: Instance, status: TaskStatus, now: string): Instance {
  const { unreachableSince, ...rest } = instance;
  const containers = instance.containers?.map((each) =>
    each.taskId === status.task_id.value ? withContainerStatus(each, status, now) : each,
  );
  const states = containers?.map(({ state }) => state) ?? [status.state];
  const state = stateOrder.find((each) => states.includes(each)) ?? status.state;
  const since = state === "TASK_UNREACHABLE" ? (unreachableSince ?? now) : undefined;
  const addresses = ipAddressesOf(status);
  return {
    ...rest,
    state,
    isConfirmed: true,
    ...(containers ? { containers } : {}),
    ...(state === "TASK_RUNNING" && instance.startedAt === undefined ? { startedAt: now } : {}),
    ...(since === undefined ? {} : { unreachableSince: since }),
    ipAddresses: addresses.length > 0 ? addresses : instance.ipAddresses,
  };
}

function withContainerStatus(container: InstanceContainer, status: TaskStatus, now: string): InstanceContainer {
  const networks = (status.container_status?.network_infos ?? []).map(({ name, ip_addresses = [] }) => ({
    ...(name === undefined ? {} : { name }),
    addresses: ip_addresses.flatMap(({ ip_address }) => ip_address ?? []),
  }));
  return {
    ...container,
    state: status.state,
    ...(status.healthy === undefined ? {} : { healthy: status.healthy }),
    since: status.state === container.state ? container.since : now,
    networks: networks.length > 0 ? networks : container.networks,
  };
}

/** True when the task will never run (again). TASK_UNKNOWN: the master has never heard of it. */
export function hasEnded(state: InstanceState): boolean {
  return state !== "RESERVED" && (isTerminal(state) || state === "TASK_UNKNOWN");
}

/** Ended in a way that should slow down its successor. */
export function isFailure(state: TaskState): boolean {
  return ["TASK_FAILED", "TASK_ERROR", "TASK_FINISHED", "TASK_DROPPED", "TASK_GONE"].includes(state);
}

/** The condition of an instance, as `instance_changed_event` names it. */
export function conditionOf(state: InstanceState): string {
  return state
    .replace(/^TASK_/, "")
    .toLowerCase()
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function ipAddressesOf(status: TaskStatus): IpAddress[] {
  return (status.container_status?.network_infos ?? [])
    .flatMap((network) => network.ip_addresses ?? [])
    .flatMap(({ ip_address, protocol }) =>
      ip_address === undefined ? [] : { ipAddress: ip_address, protocol: protocol ?? "IPv4" },
    );
}
