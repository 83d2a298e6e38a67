export interface EnvironmentVariable {
  name: string;
  value: string;
}

export interface KeyValue {
  key: string;
  value: string;
}

export interface Fetch {
  uri: string;
  executable: boolean;
  cache: boolean;
  extract: boolean;
  output_file: string;
}

export interface PortMapping {
  hostPort: number;
  containerPort: number;
  protocol?: string;
}

export interface NetworkInfo {
  name: string;
  protocol?: "IPv4" | "IPv6";
  labels: KeyValue[];
  portMappings: PortMapping[];
}

export interface Volume {
  containerPath: string;
  hostPath?: string;
  mode?: "RO" | "RW";
  external?: { name: string; provider: string; options: KeyValue[] };
}

export interface Container {
  type: "DOCKER" | "MESOS";
  image: string;
  network: "BRIDGE" | "HOST" | "USER";
  networkName?: string;
  networkInfos: NetworkInfo[];
  volumes: Volume[];
  forcePullImage: boolean;
  parameters: KeyValue[];
}

export type ConstraintOperator = "EQUALS" | "LIKE" | "UNLIKE";
export type Constraint = [attribute: string, operator: ConstraintOperator, value: string];

interface JobBase {
  name: string;
  command: string;
  shell: boolean;
  arguments: string[];
  executor: string;
  executorFlags: string;
  taskInfoData: string;
  retries: number;
  owner: string;
  ownerName: string;
  description: string;
  /** 2.x: a run has succeeded when `PUT task/{id}` says so. */
  async: boolean;
  successCount: number;
  errorCount: number;
  errorsSinceLastSuccess: number;
  /** ISO 8601 in UTC, empty when there was none. */
  lastSuccess: string;
  lastError: string;
  cpus: number;
  /** MB */
  mem: number;
  /** MB */
  disk: number;
  disabled: boolean;
  softError: boolean;
  concurrent: boolean;
  highPriority: boolean;
  dataProcessingJobType: boolean;
  /** Seconds; 0: no limit. */
  maxCompletionTime: number;
  runAsUser: string;
  fetch: Fetch[];
  uris: string[];
  environmentVariables: EnvironmentVariable[];
  constraints: Constraint[];
  container?: Container;
}

export interface ScheduledJob extends JobBase {
  /** `R[n]/<start>/<period>` */
  schedule: string;
  scheduleTimeZone: string;
}

export interface DependentJob extends JobBase {
  parents: string[];
}

/** A definition together with the counters that the server keeps in it. */
export type Job = ScheduledJob | DependentJob;

export function isScheduled(job: Job): job is ScheduledJob {
  return "schedule" in job;
}

export function parentsOf(job: Job): readonly string[] {
  return isScheduled(job) ? [] : job.parents;
}

export type LastState = "fresh" | "success" | "failure";

/** How the last run ended. */
export function lastState({ lastSuccess, lastError }: Job): LastState {
  if (lastSuccess === "" && lastError === "") return "fresh";
  return lastSuccess !== "" && (lastError === "" || Date.parse(lastSuccess) > Date.parse(lastError))
    ? "success"
    : "failure";
}
