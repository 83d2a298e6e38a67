import type { Parameter } from "@drover/lib/mesos/types";
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import { LaunchError } from "../launch-error";
import { parseSizeBytes } from "./sizes";

/** Create options with the parts present that parameters add to. */
export type Draft = ContainerCreateOptions & { HostConfig: HostConfig; Env: string[]; Labels: Record<string, string> };

type Apply = (draft: Draft, value: string, key: string) => void;

/** The options of `docker run` that may be given as `parameters`, by their long and short names. */
const OPTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["env", addEnvironment],
  ["e", addEnvironment],
  ["label", addLabel],
  ["l", addLabel],
  ["volume", addVolume],
  ["v", addVolume],
  ["volume-driver", (draft, value) => set(draft, { VolumeDriver: value })],
  ["net", (draft, value) => set(draft, { NetworkMode: value })],
  ["network", (draft, value) => set(draft, { NetworkMode: value })],
  ["hostname", setHostname],
  ["h", setHostname],
  ["add-host", (draft, value) => append(draft, "ExtraHosts", value)],
  ["cap-add", (draft, value) => append(draft, "CapAdd", value)],
  ["cap-drop", (draft, value) => append(draft, "CapDrop", value)],
  ["ulimit", addUlimit],
  ["user", setUser],
  ["u", setUser],
  ["workdir", setWorkdir],
  ["w", setWorkdir],
  ["entrypoint", setEntrypoint],
  ["dns", (draft, value) => append(draft, "Dns", value)],
  ["dns-search", (draft, value) => append(draft, "DnsSearch", value)],
  ["dns-opt", (draft, value) => append(draft, "DnsOptions", value)],
  ["dns-option", (draft, value) => append(draft, "DnsOptions", value)],
  [
    "log-driver",
    (draft, value) => set(draft, { LogConfig: { Config: {}, ...draft.HostConfig.LogConfig, Type: value } }),
  ],
  ["log-opt", addLogOption],
  ["memory-swap", (draft, value, key) => set(draft, { MemorySwap: value === "-1" ? -1 : parseSizeBytes(key, value) })],
  ["shm-size", (draft, value, key) => set(draft, { ShmSize: parseSizeBytes(key, value) })],
  ["tmpfs", addTmpfs],
  ["privileged", (draft, value, key) => set(draft, { Privileged: parseBoolean(key, value) })],
  ["security-opt", addSecurityOption],
  ["sysctl", addSysctl],
  ["device", addDevice],
  ["init", (draft, value, key) => set(draft, { Init: parseBoolean(key, value) })],
]);

/**
 * Applies `docker.parameters` in their order.
 * @throws LaunchError that names a parameter which is not supported or malformed
 */
export function applyParameters(draft: Draft, parameters: readonly Parameter[]): void {
  for (const { key, value } of parameters) {
    const apply = OPTIONS.get(key);
    if (apply === undefined) {
      throw new LaunchError(`docker parameter '${key}' is not supported: use one of ${[...OPTIONS.keys()].join(", ")}`);
    }
    apply(draft, value, key);
  }
}

function set(draft: Draft, part: Partial<HostConfig>): void {
  Object.assign(draft.HostConfig, part);
}

type ListKey = "ExtraHosts" | "CapAdd" | "CapDrop" | "Dns" | "DnsSearch" | "DnsOptions" | "SecurityOpt" | "Binds";

function append(draft: Draft, key: ListKey, value: string): void {
  set(draft, { [key]: [...((draft.HostConfig[key] as string[] | undefined) ?? []), value] });
}

function addEnvironment(draft: Draft, value: string): void {
  draft.Env.push(pair("env", value).join("="));
}

function addLabel(draft: Draft, value: string): void {
  const [name, text] = value.includes("=") ? pair("label", value) : [value, ""];
  draft.Labels[name] = text;
}

/** `container path` alone is an anonymous volume, `source:container path[:mode]` a bind or a named volume. */
function addVolume(draft: Draft, value: string): void {
  if (value.includes(":")) {
    append(draft, "Binds", value);
  } else {
    draft.Volumes = { ...draft.Volumes, [value]: {} };
  }
}

function setHostname(draft: Draft, value: string): void {
  draft.Hostname = value;
}

function setUser(draft: Draft, value: string): void {
  draft.User = value;
}

function setWorkdir(draft: Draft, value: string): void {
  draft.WorkingDir = value;
}

function setEntrypoint(draft: Draft, value: string): void {
  draft.Entrypoint = [value];
}

function addUlimit(draft: Draft, value: string): void {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(value);
  if (match?.[1] === undefined) {
    throw malformed("ulimit", value, "name=soft:hard");
  }
  const [, Name, soft, hard = soft] = match;
  set(draft, { Ulimits: [...(draft.HostConfig.Ulimits ?? []), { Name, Soft: Number(soft), Hard: Number(hard) }] });
}

function addLogOption(draft: Draft, value: string): void {
  const [name, text] = pair("log-opt", value);
  const { Type, Config } = { Type: "", Config: {}, ...draft.HostConfig.LogConfig };
  set(draft, { LogConfig: { Type, Config: { ...Config, [name]: text } } });
}

function addTmpfs(draft: Draft, value: string): void {
  const colon = value.indexOf(":");
  const [path, options] = colon === -1 ? [value, ""] : [value.slice(0, colon), value.slice(colon + 1)];
  set(draft, { Tmpfs: { ...draft.HostConfig.Tmpfs, [path]: options } });
}

/** The docker CLI would send the content of a seccomp profile file; the engine takes no path. */
function addSecurityOption(draft: Draft, value: string): void {
  if (/^seccomp[=:]/.test(value) && !/^seccomp[=:]unconfined$/.test(value)) {
    throw malformed("security-opt", value, "seccomp=unconfined; a profile file cannot be given");
  }
  append(draft, "SecurityOpt", value);
}

function addSysctl(draft: Draft, value: string): void {
  const [name, text] = pair("sysctl", value);
  set(draft, { Sysctls: { ...draft.HostConfig.Sysctls, [name]: text } });
}

function addDevice(draft: Draft, value: string): void {
  const [PathOnHost = "", second, third] = value.split(":");
  const modeOnly = second !== undefined && /^[rwm]+$/.test(second);
  const PathInContainer = second === undefined || modeOnly ? PathOnHost : second;
  const CgroupPermissions = (modeOnly ? second : third) ?? "rwm";
  set(draft, {
    Devices: [...(draft.HostConfig.Devices ?? []), { PathOnHost, PathInContainer, CgroupPermissions }],
  });
}

function parseBoolean(key: string, value: string): boolean {
  if (value !== "true" && value !== "false" && value !== "") {
    throw malformed(key, value, "true or false");
  }
  return value !== "false";
}

function pair(key: string, value: string): [string, string] {
  const equals = value.indexOf("=");
  if (equals <= 0) {
    throw malformed(key, value, "name=value");
  }
  return [value.slice(0, equals), value.slice(equals + 1)];
}

function malformed(key: string, value: string, form: string): LaunchError {
  return new LaunchError(`docker parameter ${key}=${value} is malformed: write ${form}`);
}
