import type { Endpoint, PodCommand, PodContainer, Resources } from "@drover/lib/marathon/pod-types";
import { takeScalar } from "@drover/lib/mesos/take-resources";
import type {
  CommandInfo,
  ContainerInfo,
  DiscoveryPort,
  ExecutorInfo,
  HealthCheck,
  NetworkInfo,
  Resource,
  TaskInfo,
  Volume,
} from "@drover/lib/mesos/types";
import type { InstanceContainer } from "../model/instance";
import { mesosName } from "../model/path-id";
import { endpointsOf } from "../model/pod-request";
import type { PodSpec } from "../model/run-spec";
import { launchLimits, resourceVariables, variableName } from "./task-environment";
import type { TaskInfoSettings } from "./task-info";

export interface PodPlacement {
  spec: PodSpec;
  instanceId: string;
  frameworkId: string;
  agentId: string;
  host: string;
  /** One for each container, in order. */
  containers: readonly InstanceContainer[];
  /** By index of the pod's endpoints. */
  hostPorts: readonly (number | null)[];
  resources: readonly Resource[];
}

/** An endpoint with the ports it has got. */
interface Bound extends Endpoint {
  onHost: number | undefined;
  inside: number | undefined;
}

/** The tasks of a pod and the executor that holds them: LAUNCH_GROUP. */
export function taskGroup(
  placement: PodPlacement,
  settings: TaskInfoSettings,
): { executor: ExecutorInfo; task_group: { tasks: TaskInfo[] } } {
  const { spec, containers, hostPorts, agentId } = placement;
  const endpoints = endpointsOf(spec.pod).map((endpoint, index): Bound => {
    const onHost = hostPorts[index] ?? undefined;
    return { ...endpoint, onHost, inside: endpoint.containerPort || onHost };
  });
  let left: readonly Resource[] = placement.resources.filter(({ name }) => name !== "ports");
  const share = (wanted: Resources): Resource[] =>
    (["cpus", "mem", "disk", "gpus"] as const).flatMap((name) => {
      const step = takeScalar(left, name, wanted[name]);
      left = step?.left ?? left;
      return step?.taken ?? [];
    });
  const executor = executorInfo(placement, endpoints, share(spec.pod.executorResources), settings);
  const tasks = spec.pod.containers.map((container, index): TaskInfo => {
    const own = endpoints.filter(({ name }) => container.endpoints.some((each) => each.name === name));
    const info = containerInfo(container, spec);
    const grace = container.lifecycle?.killGracePeriodSeconds;
    const limits = launchLimits(container.resourceLimits);
    return {
      name: container.name,
      task_id: { value: containers[index]?.taskId ?? "" },
      agent_id: { value: agentId },
      resources: share(container.resources),
      ...(limits ? { limits } : {}),
      command: commandInfo(container, placement, endpoints, containers[index]?.taskId ?? "", settings),
      ...(info ? { container: info } : {}),
      ...(container.healthCheck ? { health_check: healthCheck(container, own) } : {}),
      ...(grace === undefined ? {} : { kill_policy: { grace_period: { nanoseconds: grace * 1e9 } } }),
      labels: { labels: Object.entries(container.labels).map(([key, value]) => ({ key, value })) },
      discovery: {
        visibility: "FRAMEWORK",
        name: mesosName(spec.id),
        ports: { ports: own.flatMap((endpoint) => discoveryPorts(endpoint)) },
      },
    };
  });
  return { executor, task_group: { tasks } };
}

/** `prod_web.instance-<uuid>` → `instance-prod_web.<uuid>` */
export function executorIdOf(instanceId: string): string {
  return `instance-${instanceId.replace(".instance-", ".")}`;
}

/** Ports are the executor's: they belong to the network that its containers share. */
function executorInfo(
  { spec, instanceId, frameworkId, resources }: PodPlacement,
  endpoints: readonly Bound[],
  own: Resource[],
  { mesosBridgeName }: TaskInfoSettings,
): ExecutorInfo {
  const { pod } = spec;
  const networks = pod.networks
    .filter(({ mode }) => mode !== "host")
    .map(({ mode, name, labels }): NetworkInfo => {
      const mappings = endpoints
        .filter(({ networkNames = [] }) => networkNames.every((each) => each === name))
        .flatMap(({ onHost, inside, protocol }) =>
          onHost === undefined
            ? []
            : protocol.map((each) => ({ host_port: onHost, container_port: inside ?? onHost, protocol: each })),
        );
      const list = Object.entries(labels ?? {}).map(([key, value]) => ({ key, value }));
      return {
        name: mode === "container" ? (name ?? "") : mesosBridgeName,
        ...(list.length > 0 ? { labels: { labels: list } } : {}),
        ...(mappings.length > 0 ? { port_mappings: mappings } : {}),
      };
    });
  const folders = pod.volumes
    .filter((volume) => !("host" in volume))
    .map(({ name }): Volume => ({ container_path: name, mode: "RW", ...sandbox("SELF", name) }));
  const hasContainer = networks.length > 0 || folders.length > 0;
  const container: ContainerInfo = {
    type: "MESOS",
    ...(networks.length > 0 ? { network_infos: networks } : {}),
    ...(folders.length > 0 ? { volumes: folders } : {}),
  };
  return {
    type: "DEFAULT",
    executor_id: { value: executorIdOf(instanceId) },
    framework_id: { value: frameworkId },
    resources: [...own, ...resources.filter(({ name }) => name === "ports")],
    ...(hasContainer ? { container } : {}),
    labels: { labels: Object.entries(pod.labels).map(([key, value]) => ({ key, value })) },
  };
}

function containerInfo({ image, volumeMounts, tty }: PodContainer, { pod }: PodSpec): ContainerInfo | undefined {
  const volumes = volumeMounts.flatMap(({ name, mountPath, readOnly }): Volume[] => {
    const volume = pod.volumes.find((each) => each.name === name);
    const base = { container_path: mountPath, mode: readOnly ? ("RO" as const) : ("RW" as const) };
    if (volume === undefined) return [];
    return ["host" in volume ? { ...base, host_path: volume.host } : { ...base, ...sandbox("PARENT", name) }];
  });
  if (image === undefined && volumes.length === 0 && !tty) return undefined;
  return {
    type: "MESOS",
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(image ? { mesos: { image: { type: "DOCKER", docker: { name: image.id }, cached: !image.forcePull } } } : {}),
    ...(tty ? { tty_info: {} } : {}),
  };
}

function sandbox(type: "SELF" | "PARENT", path: string): Pick<Volume, "source"> {
  return { source: { type: "SANDBOX_PATH", sandbox_path: { type, path } } };
}

function commandInfo(
  container: PodContainer,
  placement: PodPlacement,
  endpoints: readonly Bound[],
  taskId: string,
  { envPrefix = "" }: TaskInfoSettings,
): CommandInfo {
  const { spec, host, instanceId } = placement;
  const own = {
    HOST: host,
    ...Object.fromEntries(
      endpoints.flatMap(({ name, onHost, inside }) => {
        const variable = variableName(name);
        return [
          ...(inside === undefined ? [] : [[`ENDPOINT_${variable}`, String(inside)]]),
          ...(onHost === undefined ? [] : [[`EP_HOST_${variable}`, String(onHost)]]),
          ...(inside === undefined ? [] : [[`EP_CONTAINER_${variable}`, String(inside)]]),
        ];
      }),
    ),
  };
  const environment: Record<string, string> = {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [envPrefix + name, value])),
    MESOS_TASK_ID: taskId,
    MESOS_EXECUTOR_ID: executorIdOf(instanceId),
    MARATHON_APP_ID: spec.id,
    MARATHON_APP_VERSION: spec.version,
    MARATHON_CONTAINER_ID: container.name,
    ...resourceVariables("MARATHON_CONTAINER", container.resources, { ...spec.pod.labels, ...container.labels }),
    ...(container.image ? { MARATHON_APP_DOCKER_IMAGE: container.image.id } : {}),
    ...spec.pod.environment,
    ...container.environment,
  };
  const user = container.user ?? spec.pod.user;
  const uris = container.artifacts.map(({ uri, extract, executable, cache, destPath }) => ({
    ...{ value: uri, extract, executable, cache },
    ...(destPath === undefined ? {} : { output_file: destPath }),
  }));
  return {
    ...command(container.exec?.command),
    ...(user === undefined ? {} : { user }),
    environment: {
      variables: Object.entries(environment).map(([name, value]) => ({ name, type: "VALUE" as const, value })),
    },
    ...(uris.length > 0 ? { uris } : {}),
  };
}

function command(given: PodCommand | undefined): Pick<CommandInfo, "shell" | "value" | "arguments"> {
  if (given === undefined) return { shell: false };
  return "shell" in given
    ? { shell: true, value: given.shell }
    : { shell: false, value: given.argv[0] ?? "", arguments: given.argv };
}

function healthCheck({ healthCheck: check }: PodContainer, endpoints: readonly Bound[]): HealthCheck {
  const times = {
    delay_seconds: check?.delaySeconds,
    interval_seconds: check?.intervalSeconds,
    timeout_seconds: check?.timeoutSeconds,
    consecutive_failures: check?.maxConsecutiveFailures,
    grace_period_seconds: check?.gracePeriodSeconds,
  };
  const portOf = (name: string) => endpoints.find((endpoint) => endpoint.name === name)?.inside ?? 0;
  if (check?.http) {
    const { endpoint, path, scheme } = check.http;
    return { type: "HTTP", ...times, http: { port: portOf(endpoint), path, scheme: scheme.toLowerCase() } };
  }
  if (check?.tcp) return { type: "TCP", ...times, tcp: { port: portOf(check.tcp.endpoint) } };
  return { type: "COMMAND", ...times, command: command(check?.exec?.command) };
}

function discoveryPorts({ name, onHost, inside, protocol, labels }: Bound): DiscoveryPort[] {
  const scope = onHost === undefined ? "container" : "host";
  const list = Object.entries({ ...labels, "network-scope": scope }).map(([key, value]) => ({ key, value }));
  return protocol.map((each) => ({ number: onHost ?? inside ?? 0, name, protocol: each, labels: { labels: list } }));
}
