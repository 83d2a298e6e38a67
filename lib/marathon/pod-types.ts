import type { Constraint, Fetch, Network, ResourceLimits, UnreachableStrategy, UpgradeStrategy } from "./types";

/** The JSON of `/v2/pods`, with all defaults filled in. Sizes are in MB, times in seconds. */
export interface Pod {
  id: string;
  labels: Record<string, string>;
  user?: string;
  environment: Record<string, string>;
  containers: PodContainer[];
  volumes: PodVolume[];
  networks: Network[];
  scaling: { kind: "fixed"; instances: number };
  scheduling: PodScheduling;
  executorResources: Resources;
  role: string;
  version: string;
}

export interface Resources {
  cpus: number;
  mem: number;
  disk: number;
  gpus: number;
}

/** What to run: a shell line, or a program with its arguments. */
export type PodCommand = { shell: string } | { argv: string[] };

export interface PodContainer {
  name: string;
  exec?: { command: PodCommand; overrideEntrypoint?: boolean };
  resources: Resources;
  resourceLimits?: ResourceLimits;
  endpoints: Endpoint[];
  image?: { kind: "DOCKER"; id: string; forcePull: boolean; labels: Record<string, string> };
  environment: Record<string, string>;
  user?: string;
  labels: Record<string, string>;
  healthCheck?: PodHealthCheck;
  volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
  artifacts: Fetch[];
  lifecycle?: { killGracePeriodSeconds?: number };
  tty?: boolean;
}

export interface Endpoint {
  name: string;
  /** 0: the same as the host port. */
  containerPort?: number;
  /** 0: any free port of the agent; absent: not reachable through the host. */
  hostPort?: number;
  protocol: string[];
  labels: Record<string, string>;
  networkNames?: string[];
}

export interface PodHealthCheck {
  http?: { endpoint: string; path: string; scheme: "HTTP" | "HTTPS" };
  tcp?: { endpoint: string };
  exec?: { command: PodCommand };
  gracePeriodSeconds: number;
  intervalSeconds: number;
  timeoutSeconds: number;
  maxConsecutiveFailures: number;
  delaySeconds: number;
}

/** A folder that lives as long as the pod's instance, or one of the host. */
export type PodVolume = { name: string } | { name: string; host: string };

export interface PodScheduling {
  backoff: { backoff: number; backoffFactor: number; maxLaunchDelay: number };
  upgrade: UpgradeStrategy;
  placement: {
    constraints: { fieldName: string; operator: Constraint[1]; value?: string }[];
    acceptedResourceRoles: string[];
  };
  killSelection: "YOUNGEST_FIRST" | "OLDEST_FIRST";
  unreachableStrategy: UnreachableStrategy;
}

/** The JSON of `/v2/pods/{id}::status`. Times are ISO 8601. */
export interface PodStatus {
  id: string;
  spec: Pod;
  status: "DEGRADED" | "STABLE" | "TERMINAL";
  statusSince: string;
  message?: string;
  instances: PodInstanceStatus[];
  terminationHistory: never[];
  lastUpdated: string;
  lastChanged: string;
}

export interface PodInstanceStatus {
  id: string;
  status: "PENDING" | "STAGING" | "STABLE" | "DEGRADED" | "TERMINAL";
  statusSince: string;
  message?: string;
  agentHostname: string;
  agentId: string;
  agentRegion?: string;
  agentZone?: string;
  resources: Resources;
  networks: { name?: string; addresses: string[] }[];
  containers: ContainerStatus[];
  localVolumes: never[];
  /** `/v2/pods/<id>::versions/<version>` */
  specReference: string;
  lastUpdated: string;
  lastChanged: string;
  role: string;
}

export interface ContainerStatus {
  name: string;
  /** Mesos task state. */
  status: string;
  statusSince: string;
  /** The Mesos task's id. */
  containerId: string;
  endpoints: { name: string; allocatedHostPort?: number; healthy?: boolean }[];
  conditions: { name: "healthy"; value: "true" | "false"; reason: string; lastChanged: string; lastUpdated: string }[];
  resources: Resources;
  lastUpdated: string;
  lastChanged: string;
}
