import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { Credentials } from "@drover/emulator/http/credentials";
import {
  booleanFlag,
  choiceFlag,
  durationFlag,
  type Flag,
  type FlagValues,
  fixedFlags,
  integerFlag,
  optionalFlag,
  pathFlag,
  requiredFlag,
  textFlag,
} from "@drover/lib/flags";
import type { DomainInfo } from "@drover/lib/mesos/types";
import type { DefaultContainerDns } from "./docker/dns";
import type { DockerConfig } from "./docker/registry-auth";
import { parseAttributes, parseResources } from "./resources/parse";

/** Who the agent is towards the master. */
export interface Credential {
  principal: string;
  secret: string;
}

/** The flags of `mesos-agent` that this agent honours, as MESOS_… variables with upstream's defaults. */
export const FLAGS = {
  advertise_ip: optionalFlag(parseIp),
  advertise_port: optionalFlag(parsePort),
  attributes: { parse: parseAttributes, initial: "" },
  authenticate_http_readonly: booleanFlag(false),
  authenticate_http_readwrite: booleanFlag(false),
  cgroups_enable_cfs: booleanFlag(false),
  cgroups_hierarchy: textFlag("/sys/fs/cgroup"),
  cgroups_root: textFlag("mesos"),
  containerizers: { parse: parseContainerizers, initial: "mesos" },
  credential: { parse: readCredential, isPath: true } as Flag<Credential | undefined>,
  default_container_dns: optionalFlag((text) => parseObject(text) as DefaultContainerDns),
  default_role: textFlag("*"),
  disk_watch_interval: durationFlag("1mins"),
  /** Taken because upstream's images need it; this agent speaks to the daemon without the CLI. */
  docker: textFlag("docker"),
  docker_config: optionalFlag((text) => parseObject(text) as DockerConfig),
  docker_kill_orphans: booleanFlag(true),
  docker_remove_delay: durationFlag("6hrs"),
  docker_socket: textFlag("/var/run/docker.sock"),
  domain: optionalFlag((text) => parseObject(text) as DomainInfo),
  executor_environment_variables: optionalFlag((text) => parseObject(text) as Record<string, string>),
  executor_registration_timeout: durationFlag("1mins"),
  executor_shutdown_grace_period: durationFlag("5secs"),
  fetcher_cache_dir: textFlag("/tmp/mesos/fetch"),
  fetcher_cache_size: { parse: parseBytes, initial: "2GB" },
  fetcher_stall_timeout: durationFlag("1mins"),
  gc_delay: durationFlag("1weeks"),
  gc_disk_headroom: { parse: parseShare, initial: "0.1" },
  hostname: optionalFlag((text) => text),
  hostname_lookup: booleanFlag(true),
  http_credentials: { parse: readCredentials, isPath: true } as Flag<Credentials | undefined>,
  ip: optionalFlag(parseIp),
  isolation: { parse: parseIsolation, initial: "posix/cpu,posix/mem" },
  /** `linux` kills by cgroup, which this agent does whenever it has cgroups. */
  launcher: choiceFlag(["posix", "linux"], "posix"),
  log_dir: pathFlag(),
  logging_level: choiceFlag(["INFO", "WARNING", "ERROR"], "INFO"),
  master: { ...requiredFlag((text) => text), isPath: true },
  max_completed_executors_per_framework: integerFlag(150),
  port: integerFlag(5051, 0, 65_535),
  reconfiguration_policy: choiceFlag(["equal", "additive"], "equal"),
  recovery_timeout: durationFlag("15mins"),
  registration_backoff_factor: durationFlag("1secs"),
  resources: optionalFlag((text) => text),
  /** Taken because upstream's containerizers need it; what must survive is below work_dir here. */
  runtime_dir: textFlag("/var/run/mesos"),
  sandbox_directory: textFlag("/mnt/mesos/sandbox"),
  switch_user: booleanFlag(true),
  /** Taken because containers need it off with upstream; this agent never talks to systemd. */
  systemd_enable_support: booleanFlag(true),
  work_dir: requiredFlag((text) => text),
  zk_session_timeout: durationFlag("10secs"),
};

export type AgentFlags = FlagValues<typeof FLAGS>;

/** Flags of upstream that this agent knows with their default only: what they would change, it does not have. */
const FIXED: Readonly<Record<string, string>> = {
  appc_simple_discovery_uri_prefix: "http://",
  appc_store_dir: "/tmp/mesos/store/appc",
  authenticatee: "crammd5",
  authentication_backoff_factor: "1secs",
  authentication_timeout_max: "1mins",
  authentication_timeout_min: "5secs",
  authorizer: "local",
  cgroups_cpu_enable_pids_and_tids_count: "false",
  cgroups_destroy_timeout: "1mins",
  cgroups_limit_swap: "false",
  container_disk_watch_interval: "15secs",
  disallow_sharing_agent_ipc_namespace: "false",
  disallow_sharing_agent_pid_namespace: "false",
  docker_ignore_runtime: "false",
  docker_registry: "https://registry-1.docker.io",
  docker_stop_timeout: "0ns",
  docker_store_dir: "/tmp/mesos/store/docker",
  docker_volume_checkpoint_dir: "/var/run/mesos/isolators/docker/volume",
  docker_volume_chown: "false",
  enforce_container_disk_quota: "false",
  executor_reregistration_timeout: "2secs",
  frameworks_home: "",
  help: "false",
  gc_non_executor_container_sandboxes: "false",
  http_command_executor: "false",
  http_executor_domain_sockets: "false",
  http_heartbeat_interval: "30secs",
  initialize_driver_logging: "true",
  launcher_dir: "/usr/libexec/mesos",
  logbufsecs: "0",
  memory_profiling: "false",
  network_cni_metrics: "true",
  network_cni_root_dir_persist: "false",
  oversubscribed_resources_interval: "15secs",
  perf_duration: "10secs",
  perf_interval: "1mins",
  qos_correction_interval_min: "0ns",
  quiet: "false",
  recover: "reconnect",
  revocable_cpu_low_priority: "true",
  strict: "true",
  systemd_runtime_directory: "/run/systemd/system",
  version: "false",
};

/** All flags an agent may be given. */
export const ALL_FLAGS: typeof FLAGS & Record<string, Flag<unknown>> = {
  ...fixedFlags(FIXED),
  ...FLAGS,
};

/** The flags as `/flags` shows them: without passwords, and without attributes when there are none. */
export function shownFlags(texts: Readonly<Record<string, string>>): Record<string, string> {
  const { attributes, docker_config, master, ...others } = texts;
  return {
    ...others,
    ...(attributes && { attributes }),
    ...(docker_config && { docker_config: "***" }),
    ...(master && { master: master.replace(/\/\/[^/]*@/, "//***@") }),
  };
}

/** Checks what `parseFlags` cannot see alone. @throws Error that names the flag */
export function resourcesOf({ resources, default_role }: AgentFlags) {
  try {
    return parseResources(resources ?? "", default_role);
  } catch (error) {
    throw new Error(`MESOS_RESOURCES: ${(error as Error).message}`);
  }
}

function parseContainerizers(text: string): ("docker" | "mesos")[] {
  return text.split(",").map((name) => {
    if (name !== "docker" && name !== "mesos") {
      throw new Error(`'${name}' is no containerizer: use docker, mesos or docker,mesos`);
    }
    return name;
  });
}

/** CPU and memory are both limited by cgroups, or both only measured. */
function parseIsolation(text: string): string[] {
  const names = text.split(",").sort();
  const known = ["cgroups/cpu,cgroups/mem", "posix/cpu,posix/mem"];
  if (!known.includes(names.join(","))) {
    throw new Error(`this agent does not have '${text}': use ${known.join(" or ")}`);
  }
  return names;
}

function parseIp(text: string): string {
  if (!isIPv4(text)) {
    throw new Error(`'${text}' is not an IPv4 address`);
  }
  return text;
}

function parsePort(text: string): number {
  return integerFlag(0, 1, 65_535).parse(text);
}

/** `2GB`, `512MB`: upstream's units, each 1024 of the one before. */
function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB)$/.exec(text);
  if (match === null) {
    throw new Error(`'${text}' is not a size: write for example 2GB or 512MB`);
  }
  return Math.floor(Number(match[1]) * 1024 ** ["B", "KB", "MB", "GB", "TB"].indexOf(match[2] ?? "B"));
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!(share >= 0 && share <= 1)) {
    throw new Error(`'${text}' is not a number from 0 to 1`);
  }
  return share;
}

function parseObject(text: string): unknown {
  const value = parseQuietly(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("expected a JSON object");
  }
  return value;
}

/** JSON without the parser's message, which quotes the text: it may be a secret. */
function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the file that a path or a `file://` URL names. Its text never gets into a message. */
function readCredential(path: string): Credential {
  const { principal, secret } = parseObject(readFileSync(plainPath(path), "utf8")) as Partial<Credential>;
  if (typeof principal !== "string" || typeof secret !== "string") {
    throw new Error(`the file ${path} must hold {"principal":"…","secret":"…"}`);
  }
  return { principal, secret };
}

function readCredentials(path: string): Credentials {
  return Credentials.read(plainPath(path));
}

function plainPath(path: string): string {
  return path.replace(/^file:\/\//, "");
}
