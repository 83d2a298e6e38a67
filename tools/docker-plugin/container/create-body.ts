import type { ContainerCreateOptions, HostConfig } from "dockerode";
import type { ContainerInputs } from "../schema/container";
import { parseDuration } from "../schema/duration";
import { labelMap } from "../schema/labels";
import { mountBody, volumeBinds } from "./mounts";
import { type NetworkPlan, planNetworks } from "./networks";
import { resourceLimits } from "./resource-limits";

const MB = 1024 * 1024;

/** What the engine's API is asked for, and the networks to attach the container to after it was created. */
export interface CreatePlan {
  body: ContainerCreateOptions;
  query: Record<string, string>;
  furtherNetworks: NetworkPlan["further"];
}

/** The inputs in the words of the engine's API. `labels` are added to those of the inputs. */
export function createPlan(inputs: ContainerInputs, labels: Record<string, string>): CreatePlan {
  const networks = planNetworks(inputs);
  const body: ContainerCreateOptions = {
    Image: inputs.image,
    Hostname: inputs.hostname,
    Domainname: inputs.domainname,
    User: inputs.user,
    Env: inputs.envs,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    WorkingDir: inputs.workingDir,
    Labels: { ...labelMap(inputs.labels), ...labels },
    Tty: inputs.tty,
    OpenStdin: inputs.stdinOpen,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    Healthcheck: healthcheck(inputs.healthcheck),
    ExposedPorts: Object.fromEntries((inputs.ports ?? []).map((port) => [portKey(port), {}])),
    HostConfig: hostConfig(inputs, networks.mode),
    NetworkingConfig: { EndpointsConfig: networks.endpoints },
    ...(networks.macAddress === undefined ? {} : { MacAddress: networks.macAddress }),
  };
  const query = { name: inputs.name ?? "", ...(inputs.platform === undefined ? {} : { platform: inputs.platform }) };
  return { body, query, furtherNetworks: networks.further };
}

/** Of API 1.41, not known to dockerode's types. */
interface CgroupNamespace {
  CgroupnsMode?: string | undefined;
}

function hostConfig(inputs: ContainerInputs, networkMode: string): HostConfig & CgroupNamespace {
  return {
    ...resourceLimits(inputs),
    ...(inputs.cpus === undefined ? {} : { NanoCpus: Math.round(Number(inputs.cpus) * 1e9) }),
    NetworkMode: networkMode,
    PortBindings: portBindings(inputs.ports ?? []),
    PublishAllPorts: inputs.publishAllPorts,
    Binds: volumeBinds(inputs.volumes ?? []),
    VolumesFrom: (inputs.volumes ?? []).flatMap(({ fromContainer, readOnly }) =>
      fromContainer === undefined ? [] : [`${fromContainer}:${readOnly === true ? "ro" : "rw"}`],
    ),
    Mounts: (inputs.mounts ?? []).map(mountBody),
    Tmpfs: inputs.tmpfs,
    Devices: (inputs.devices ?? []).map(({ hostPath, containerPath, permissions }) => ({
      PathOnHost: hostPath,
      PathInContainer: containerPath ?? hostPath,
      CgroupPermissions: permissions ?? "rwm",
    })),
    DeviceCgroupRules: inputs.deviceCgroupRules,
    DeviceRequests: deviceRequests(inputs),
    BlkioDeviceReadBps: rates(inputs.deviceReadBps),
    BlkioDeviceReadIOps: rates(inputs.deviceReadIops),
    BlkioDeviceWriteBps: rates(inputs.deviceWriteBps),
    BlkioDeviceWriteIOps: rates(inputs.deviceWriteIops),
    CapAdd: inputs.capabilities?.adds,
    CapDrop: inputs.capabilities?.drops,
    CgroupParent: inputs.cgroupParent,
    CgroupnsMode: inputs.cgroupnsMode,
    Dns: inputs.dns,
    DnsOptions: inputs.dnsOpts,
    DnsSearch: inputs.dnsSearches,
    ExtraHosts: inputs.hosts?.map(({ host, ip }) => `${host}:${ip}`),
    GroupAdd: inputs.groupAdds,
    Init: inputs.init,
    IpcMode: inputs.ipcMode,
    PidMode: inputs.pidMode,
    UsernsMode: inputs.usernsMode,
    LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts ?? {} },
    Privileged: inputs.privileged,
    ReadonlyRootfs: inputs.readOnly,
    Runtime: inputs.runtime,
    SecurityOpt: inputs.securityOpts,
    ShmSize: inputs.shmSize === undefined ? undefined : inputs.shmSize * MB,
    StorageOpt: inputs.storageOpts,
    Sysctls: inputs.sysctls,
    Ulimits: inputs.ulimits?.map(({ name, hard, soft }) => ({ Name: name, Hard: hard, Soft: soft })),
    // With `attach` the logs and the exit code are read after the end, so the plugin removes the container itself.
    AutoRemove: inputs.rm === true && inputs.attach !== true,
  };
}

type Port = NonNullable<ContainerInputs["ports"]>[number];

/** The engine's key of a port: `80/tcp`. */
export function portKey({ internal, protocol }: Port): string {
  return `${internal}/${protocol ?? "tcp"}`;
}

function portBindings(ports: Port[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] ??= [];
    bindings[key].push({ HostIp: port.ip ?? "0.0.0.0", HostPort: port.external?.toString() ?? "" });
  }
  return bindings;
}

function rates(limits: ContainerInputs["deviceReadBps"]): { Path: string; Rate: number }[] | undefined {
  return limits?.map(({ path, rate }) => ({ Path: path, Rate: rate }));
}

function deviceRequests({ deviceRequests, gpus }: ContainerInputs): HostConfig["DeviceRequests"] {
  const requests = (deviceRequests ?? []).map(({ driver, count, deviceIds, capabilities, options }) => ({
    Driver: driver ?? "",
    Count: count ?? 0,
    DeviceIDs: deviceIds,
    Capabilities: capabilities === undefined ? undefined : [capabilities],
    Options: options,
  }));
  if (gpus === undefined) return requests;
  const ids = gpus === "all" ? undefined : gpus.slice("device=".length).split(",");
  return [
    ...requests,
    { Driver: "", Count: ids === undefined ? -1 : 0, DeviceIDs: ids, Capabilities: [["gpu"]], Options: {} },
  ];
}

function healthcheck(check: ContainerInputs["healthcheck"]): ContainerCreateOptions["Healthcheck"] {
  if (check === undefined) return undefined;
  const nanoseconds = (text: string | undefined) => parseDuration(text ?? "0s") ?? 0;
  const startInterval = nanoseconds(check.startInterval);
  return {
    Test: check.tests,
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    StartPeriod: nanoseconds(check.startPeriod),
    Retries: check.retries ?? 0,
    // Engines before 25 do not know it.
    ...(startInterval === 0 ? {} : { StartInterval: startInterval }),
  };
}
