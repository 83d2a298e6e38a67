import type { IpAddress } from "@drover/lib/marathon/types";
import { type Attribute, isTerminal, type TaskState, type TaskStatus } from "@drover/lib/mesos/types";

/** What of an agent a constraint can ask for. */
export interface AgentFacts {
  host: string;
  attributes: Attribute[];
  region?: string;
  zone?: string;
}

/** One task of an app, from the moment its offer is taken until its end is known. Never changed in place. */
export interface Instance extends AgentFacts {
  /** `prod_web.instance-<uuid>` */
  id: string;
  /** `<id>._app.1` */
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
  /** The last state Mesos told. */
  state: TaskState;
  /** Mesos has told of it at least once. */
  isConfirmed: boolean;
  /** `stop`: it has been told, or will be told, to end. */
  goal: "run" | "stop";
  /** ISO 8601. */
  stagedAt: string;
  startedAt?: string;
  unreachableSince?: string;
  ipAddresses: IpAddress[];
}

/** What a status update makes of an instance that goes on. */
export function withStatus(instance: Instance, status: TaskStatus, now: string): Instance {
  const { unreachableSince, ...rest } = instance;
  const since = status.state === "TASK_UNREACHABLE" ? (unreachableSince ?? now) : undefined;
  const isRunning = status.state === "TASK_RUNNING";
  const addresses = ipAddressesOf(status);
  return {
    ...rest,
    state: status.state,
    isConfirmed: true,
    ...(isRunning && instance.startedAt === undefined ? { startedAt: now } : {}),
    ...(since === undefined ? {} : { unreachableSince: since }),
    ipAddresses: addresses.length > 0 ? addresses : instance.ipAddresses,
  };
}

/** True when the task will never run (again). TASK_UNKNOWN: the master has never heard of it. */
export function hasEnded(state: TaskState): boolean {
  return isTerminal(state) || state === "TASK_UNKNOWN";
}

/** Ended in a way that should slow down its successor. */
export function isFailure(state: TaskState): boolean {
  return ["TASK_FAILED", "TASK_ERROR", "TASK_FINISHED", "TASK_DROPPED", "TASK_GONE"].includes(state);
}

/** The condition of an instance, as `instance_changed_event` names it. */
export function conditionOf(state: TaskState): string {
  return state
    .slice("TASK_".length)
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
