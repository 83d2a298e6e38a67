import type { ContainerStatus, Pod, PodInstanceStatus, PodStatus, Resources } from "@drover/lib/marathon/pod-types";
import type { Leader } from "../leader/leader";
import { hasEnded, type Instance, type InstanceContainer } from "../model/instance";
import { endpointsOf } from "../model/pod-request";
import { isPod, type PodSpec } from "../model/run-spec";

/** A pod as the API shows it. */
export function podView(spec: PodSpec): Pod {
  const { id, version, role, instances, pod, acceptedResourceRoles = [] } = spec;
  const constraints = spec.constraints.map(([fieldName, operator, value]) =>
    value === undefined ? { fieldName, operator } : { fieldName, operator, value },
  );
  return {
    id,
    ...pod,
    scaling: { kind: "fixed", instances },
    scheduling: {
      backoff: {
        backoff: spec.backoffSeconds,
        backoffFactor: spec.backoffFactor,
        maxLaunchDelay: spec.maxLaunchDelaySeconds,
      },
      upgrade: spec.upgradeStrategy,
      placement: { constraints, acceptedResourceRoles },
      killSelection: spec.killSelection,
      unreachableStrategy: spec.unreachableStrategy,
    },
    role,
    version,
  };
}

/** `GET /v2/pods/{id}::status` */
export function podStatus(leader: Leader, spec: PodSpec): PodStatus {
  const instances = leader.instances.ofApp(spec.id).map((instance) => instanceStatus(leader, instance, spec));
  const stable = instances.filter(({ status }) => status === "STABLE").length;
  const isDeploying = leader.state.deploymentsOf(spec.id).length > 0;
  const isStable = stable === spec.instances && instances.length === spec.instances && !isDeploying;
  const since = [spec.version, ...instances.map(({ statusSince }) => statusSince)].sort().at(-1) ?? spec.version;
  return {
    id: spec.id,
    spec: podView(spec),
    status: isStable ? "STABLE" : "DEGRADED",
    statusSince: since,
    ...(isStable ? {} : { message: `${stable} of ${spec.instances} instances are stable` }),
    instances,
    terminationHistory: [],
    lastUpdated: since,
    lastChanged: since,
  };
}

/** One instance of a pod. @param fallback the pod's present definition, for an instance whose own is not known */
export function instanceStatus(leader: Leader, instance: Instance, fallback: PodSpec): PodInstanceStatus {
  const known = leader.definitions.of(instance);
  const spec = known && isPod(known) ? known : fallback;
  const containers = (instance.containers ?? []).map((each) => containerStatus(instance, each, spec));
  const isUnhealthy = containers.some(({ conditions }) => conditions.some(({ value }) => value === "false"));
  const [status, message] = stateOf(instance, isUnhealthy);
  const since = [instance.stagedAt, ...containers.map(({ statusSince }) => statusSince)].sort().at(-1) ?? "";
  const networks = (instance.containers ?? []).flatMap((each) => each.networks);
  const names = [...new Set(networks.map(({ name }) => name))];
  return {
    id: instance.id,
    status,
    statusSince: since,
    ...(message === undefined ? {} : { message }),
    agentHostname: instance.host,
    agentId: instance.agentId,
    ...(instance.region ? { agentRegion: instance.region } : {}),
    ...(instance.zone ? { agentZone: instance.zone } : {}),
    resources: [spec.pod.executorResources, ...containers.map(({ resources }) => resources)].reduce(plus),
    networks: names.map((name) => ({
      ...(name === undefined ? {} : { name }),
      addresses: [...new Set(networks.filter((each) => each.name === name).flatMap(({ addresses }) => addresses))],
    })),
    containers,
    localVolumes: [],
    specReference: `/v2/pods${spec.id}::versions/${instance.version}`,
    lastUpdated: since,
    lastChanged: since,
    role: instance.role,
  };
}

function stateOf(instance: Instance, isUnhealthy: boolean): [PodInstanceStatus["status"], string?] {
  if (instance.goal === "stop" || hasEnded(instance.state)) return ["TERMINAL"];
  if (instance.state === "TASK_UNREACHABLE") return ["DEGRADED", "pod instance has become unreachable"];
  if (instance.state !== "TASK_RUNNING") return [instance.isConfirmed ? "STAGING" : "PENDING"];
  return isUnhealthy ? ["DEGRADED", "at least one container is not healthy"] : ["STABLE"];
}

function containerStatus(instance: Instance, container: InstanceContainer, { pod }: PodSpec): ContainerStatus {
  const { name, taskId, state, since, healthy } = container;
  const definition = pod.containers.find((each) => each.name === name);
  const check = definition?.healthCheck;
  const checked = check?.http?.endpoint ?? check?.tcp?.endpoint;
  const all = endpointsOf(pod);
  const endpoints = (definition?.endpoints ?? []).map((endpoint) => {
    const allocated = instance.hostPorts[all.findIndex((each) => each.name === endpoint.name)];
    return {
      name: endpoint.name,
      ...(typeof allocated === "number" ? { allocatedHostPort: allocated } : {}),
      ...(endpoint.name === checked && healthy !== undefined ? { healthy } : {}),
    };
  });
  const isReported = check !== undefined && ["TASK_RUNNING", "TASK_UNREACHABLE"].includes(state);
  const condition = {
    name: "healthy" as const,
    value: healthy ? ("true" as const) : ("false" as const),
    reason: healthy === undefined ? "health-unreported-by-mesos" : "health-reported-by-mesos",
    lastChanged: since,
    lastUpdated: since,
  };
  return {
    ...{ name, status: state, statusSince: since, containerId: taskId, endpoints },
    conditions: isReported ? [condition] : [],
    resources: definition?.resources ?? { cpus: 0, mem: 0, disk: 0, gpus: 0 },
    ...{ lastUpdated: since, lastChanged: since },
  };
}

function plus(a: Resources, b: Resources): Resources {
  const sum = (name: keyof Resources) => Math.round((a[name] + b[name]) * 1000) / 1000;
  return { cpus: sum("cpus"), mem: sum("mem"), disk: sum("disk"), gpus: sum("gpus") };
}
