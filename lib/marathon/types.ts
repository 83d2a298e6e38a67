/**
 * Marathon's REST JSON: what apps, tasks, groups and deployments look like in requests and answers.
 * The new networking form (Marathon 1.5 and later) throughout. Sizes are in MB, times in seconds.
 */

export type NetworkMode = "host" | "container" | "container/bridge" | "none";

export interface Network {
  mode: NetworkMode;
  /** Name of the container network; only with mode `container`. */
  name?: string;
  labels?: Record<string, string>;
}

export type PortProtocol = "tcp" | "udp" | "udp,tcp";

export interface PortMapping {
  /** 0: the same as the host port. */
  containerPort: number;
  /** 0: any free port of the agent; absent: not reachable through the host. */
  hostPort?: number;
  /** Port of the load balancers, unique over the cluster; 0 in a request: allocate one. */
  servicePort: number;
  protocol: PortProtocol;
  name?: string;
  labels: Record<string, string>;
  networkNames?: string[];
}

export interface PortDefinition {
  /** Service port, and with requirePorts the host port, too. */
  port: number;
  protocol: PortProtocol;
  name?: string;
  labels: Record<string, string>;
}

export interface HostVolume {
  containerPath: string;
  hostPath: string;
  mode: "RO" | "RW";
}

export interface ExternalVolume {
  containerPath: string;
  mode: "RO" | "RW";
  external: { name: string; provider: string; options: Record<string, string>; size?: number; shared?: boolean };
}

/** A volume that is made on an agent and outlives the tasks that use it. */
export interface PersistentVolume {
  containerPath: string;
  mode: "RW";
  persistent: {
    type: "root" | "path" | "mount";
    /** MB. */
    size: number;
    maxSize?: number;
    constraints: [field: string, operator: "LIKE" | "UNLIKE", value: string][];
    profileName?: string;
  };
}

export type Volume = HostVolume | ExternalVolume | PersistentVolume;

/** What becomes of the tasks of an app with persistent volumes when their agent is lost. */
export interface Residency {
  relaunchEscalationTimeoutSeconds: number;
  taskLostBehavior: "WAIT_FOREVER" | "RELAUNCH_AFTER_TIMEOUT";
}

/** More than what is reserved for a task, as far as its agent has it; Mesos 1.10 and later. */
export interface ResourceLimits {
  cpus?: number | "unlimited";
  mem?: number | "unlimited";
}

export interface DockerContainer {
  image: string;
  privileged: boolean;
  forcePullImage: boolean;
  parameters: { key: string; value: string }[];
}

export interface Container {
  type: "DOCKER" | "MESOS";
  docker?: DockerContainer;
  volumes: Volume[];
  portMappings?: PortMapping[];
}

export type HealthCheckProtocol = "HTTP" | "HTTPS" | "TCP" | "COMMAND" | "MESOS_HTTP" | "MESOS_HTTPS" | "MESOS_TCP";

export interface HealthCheck {
  protocol: HealthCheckProtocol;
  path?: string;
  portIndex?: number;
  port?: number;
  command?: { value: string };
  gracePeriodSeconds: number;
  intervalSeconds: number;
  timeoutSeconds: number;
  /** 0: never kill. */
  maxConsecutiveFailures: number;
  delaySeconds?: number;
  ignoreHttp1xx?: boolean;
  ipProtocol?: "IPv4" | "IPv6";
}

export interface ReadinessCheck {
  name: string;
  protocol: "HTTP" | "HTTPS";
  path: string;
  portName: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  httpStatusCodesForReady: number[];
  preserveLastResponse: boolean;
}

export interface UpgradeStrategy {
  /** Share of the instances that stays healthy during a deployment, 0 to 1. */
  minimumHealthCapacity: number;
  /** Share of the instances that may run in addition during a deployment, 0 to 1. */
  maximumOverCapacity: number;
}

export type UnreachableStrategy = { inactiveAfterSeconds: number; expungeAfterSeconds: number } | "disabled";

export type ConstraintOperator = "UNIQUE" | "CLUSTER" | "GROUP_BY" | "MAX_PER" | "LIKE" | "UNLIKE" | "IS";
export type Constraint = [field: string, operator: ConstraintOperator, value?: string];

export interface Fetch {
  uri: string;
  extract: boolean;
  executable: boolean;
  cache: boolean;
  destPath?: string;
}

/** An app with all defaults filled in, as Marathon keeps and answers it. */
export interface AppDefinition {
  id: string;
  cmd?: string;
  args?: string[];
  user?: string;
  env: Record<string, string>;
  labels: Record<string, string>;
  instances: number;
  cpus: number;
  mem: number;
  disk: number;
  gpus: number;
  executor: string;
  role: string;
  constraints: Constraint[];
  acceptedResourceRoles?: string[];
  fetch: Fetch[];
  dependencies: string[];
  backoffSeconds: number;
  backoffFactor: number;
  maxLaunchDelaySeconds: number;
  container?: Container;
  networks: Network[];
  portDefinitions?: PortDefinition[];
  requirePorts: boolean;
  healthChecks: HealthCheck[];
  readinessChecks: ReadinessCheck[];
  upgradeStrategy: UpgradeStrategy;
  unreachableStrategy: UnreachableStrategy;
  killSelection: "YOUNGEST_FIRST" | "OLDEST_FIRST";
  taskKillGracePeriodSeconds?: number;
  /** Present with persistent volumes only. */
  residency?: Residency;
  resourceLimits?: ResourceLimits;
  tty?: boolean;
  /** ISO 8601 with milliseconds; also the version's id. */
  version: string;
  /** Absent until the app is changed for the first time. */
  versionInfo?: { lastScalingAt: string; lastConfigChangeAt: string };
}

type PartialDeep<T> = T extends readonly unknown[] | string
  ? T
  : T extends object
    ? { [K in keyof T]?: PartialDeep<T[K]> }
    : T;

/** What a client posts: everything but the id may be left out. */
export type AppRequest = { id?: string } & PartialDeep<
  Omit<AppDefinition, "id" | "version" | "versionInfo" | "container">
> & {
    container?: Record<string, unknown>;
  };

export interface HealthCheckResult {
  alive: boolean;
  consecutiveFailures: number;
  firstSuccess?: string;
  lastFailure?: string;
  lastFailureCause?: string;
  lastSuccess?: string;
  instanceId?: string;
  taskId?: string;
}

export interface IpAddress {
  ipAddress: string;
  protocol: "IPv4" | "IPv6";
}

export interface Task {
  id: string;
  appId: string;
  host: string;
  /** Host ports, in the order of servicePorts. */
  ports: number[];
  servicePorts: number[];
  slaveId: string;
  /** Mesos task state, `TASK_RUNNING` and so on. */
  state: string;
  stagedAt: string;
  startedAt?: string;
  version: string;
  ipAddresses: IpAddress[];
  /** Absent before the first result. */
  healthCheckResults?: HealthCheckResult[];
  localVolumes: LocalVolume[];
  region?: string;
  zone?: string;
  role: string;
}

/** A persistent volume that a task uses. */
export interface LocalVolume {
  runSpecId: string;
  containerPath: string;
  /** `<app, / as #>#<path>#<uuid>` */
  persistenceId: string;
  uuid: string;
}

export interface TaskFailure {
  appId: string;
  host: string;
  message: string;
  slaveId?: string;
  state: string;
  taskId: string;
  timestamp: string;
  version: string;
}

export interface ReadinessCheckResult {
  name: string;
  taskId: string;
  ready: boolean;
  lastResponse?: { status: number; contentType: string; body: string };
}

/** An app as `GET /v2/apps` answers it; the last four only when embedded. */
export interface App extends AppDefinition {
  tasksStaged: number;
  tasksRunning: number;
  tasksHealthy: number;
  tasksUnhealthy: number;
  deployments: { id: string }[];
  tasks?: Task[];
  lastTaskFailure?: TaskFailure;
  readinessCheckResults?: ReadinessCheckResult[];
  taskStats?: Record<string, unknown>;
}

export interface Group {
  id: string;
  apps?: App[];
  groups?: Group[];
  pods?: unknown[];
  dependencies: string[];
  version: string;
  /** Since 1.9. */
  enforceRole?: boolean;
}

export type DeploymentActionName = `${"Start" | "Scale" | "Restart" | "Stop"}${"Application" | "Pod"}`;

/** What is done to one app or pod; either is named. */
export interface DeploymentAction {
  action: DeploymentActionName;
  app?: string;
  pod?: string;
  readinessCheckResults?: ReadinessCheckResult[];
}

export interface Deployment {
  id: string;
  version: string;
  affectedApps: string[];
  affectedPods: string[];
  steps: { actions: DeploymentAction[] }[];
  currentActions: DeploymentAction[];
  /** 0 until the first step is in hand, then counted from 1. */
  currentStep: number;
  totalSteps: number;
}

/** Answer of every call that starts a deployment. */
export interface DeploymentResult {
  version: string;
  deploymentId: string;
}

export interface Info {
  name: string;
  version: string;
  buildref: string;
  elected: boolean;
  leader?: string;
  frameworkId?: string;
  marathon_config: Record<string, unknown>;
  zookeeper_config: Record<string, unknown>;
  http_config: { http_port: number; https_port: number };
}

/** One event of `/v2/events`; the further fields depend on the type. */
export interface MarathonEvent {
  eventType: string;
  timestamp: string;
  [field: string]: unknown;
}

export interface ErrorDetail {
  /** `/container/portMappings(0)/name`: slashes between names, round brackets for list positions. */
  path: string;
  errors: string[];
}

export interface ErrorBody {
  message: string;
  details?: ErrorDetail[] | string;
  /** Present when the app is locked by these running deployments. */
  deployments?: { id: string }[];
}
