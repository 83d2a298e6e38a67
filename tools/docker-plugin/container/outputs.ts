import type { ContainerInspectInfo } from "dockerode";
import type { ContainerInputs } from "../schema/container";
import { portKey } from "./create-body";

const MB = 1024 * 1024;

/** Outputs that the engine decides unless they are inputs. */
export const COMPUTED = [
  "bridge",
  "command",
  "containerLogs",
  "entrypoints",
  "exitCode",
  "hostname",
  "init",
  "ipcMode",
  "logDriver",
  "networkDatas",
  "runtime",
  "securityOpts",
  "shmSize",
  "stopSignal",
  "stopTimeout",
] as const;

/** Fields of the engine's answer that dockerode's types do not know. */
type Config = ContainerInspectInfo["Config"] & { StopSignal?: string; StopTimeout?: number };
type NetworkSettings = ContainerInspectInfo["NetworkSettings"] & { Bridge?: string };

/** All that is known of a container: its inputs, and what the engine made of those that were left out. */
export function outputs(inputs: ContainerInputs, info: ContainerInspectInfo, containerLogs?: string): object {
  const config: Config = info.Config;
  const network: NetworkSettings = info.NetworkSettings;
  const host = info.HostConfig;
  return {
    command: config.Cmd ?? [],
    entrypoints: toList(config.Entrypoint),
    hostname: config.Hostname,
    init: host.Init ?? false,
    ipcMode: host.IpcMode ?? "",
    logDriver: host.LogConfig?.Type ?? "",
    runtime: host.Runtime ?? "",
    securityOpts: host.SecurityOpt ?? [],
    shmSize: Math.round((host.ShmSize ?? 0) / MB),
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    ...inputs,
    ...(inputs.ports === undefined ? {} : { ports: inputs.ports.map((port) => withPublishedPort(port, info)) }),
    bridge: network.Bridge ?? "",
    exitCode: info.State.ExitCode,
    networkDatas: networkDatas(info),
    ...(containerLogs === undefined ? {} : { containerLogs }),
  };
}

function toList(value: string | string[] | null | undefined): string[] {
  return typeof value === "string" ? [value] : (value ?? []);
}

type Port = NonNullable<ContainerInputs["ports"]>[number];

/** A port without `external` gets the one that the engine chose. */
function withPublishedPort(port: Port, info: ContainerInspectInfo): Port {
  if (port.external !== undefined) return port;
  const bindings = info.NetworkSettings.Ports?.[portKey(port)] ?? [];
  const binding = bindings.find(({ HostIp }) => HostIp === port.ip) ?? bindings[0];
  return binding === undefined ? port : { ...port, external: Number(binding.HostPort) };
}

function networkDatas(info: ContainerInspectInfo): object[] {
  return Object.entries(info.NetworkSettings.Networks ?? {}).map(([networkName, endpoint]) => ({
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
    networkName,
  }));
}
