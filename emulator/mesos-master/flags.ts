import { isIPv4 } from "node:net";
import { parseDurationMs } from "@drover/lib/duration";
import {
  booleanFlag,
  choiceFlag,
  durationFlag,
  type Flag,
  type FlagValues,
  fixedFlags,
  integerFlag,
  optionalFlag,
  type ParsedFlags,
  parseFlags,
  parseInteger,
  pathFlag,
  textFlag,
} from "@drover/lib/flags";
import { parseZookeeperUrl } from "@drover/lib/zookeeper/url";
import { Acls } from "./access/acls";

const port = (text: string) => parseInteger(text, 1, 65535);

const table = {
  /** Without it the master stands alone and leads at once; that needs registry=in_memory. */
  zk: optionalFlag(parseZookeeperUrl),
  zk_session_timeout: durationFlag("10secs"),
  ip: optionalFlag(ipv4),
  port: { parse: port, initial: "5050" },
  advertise_ip: optionalFlag(ipv4),
  advertise_port: optionalFlag(port),
  hostname: textFlag(),
  hostname_lookup: booleanFlag(true),
  cluster: textFlag(),
  /** `replicated_log` is the registry in ZooKeeper here, see registry.ts. */
  registry: choiceFlag(["replicated_log", "in_memory"], "replicated_log"),
  /** Upstream's replicated log needs it; here ZooKeeper's own quorum does that work and the number is only shown. */
  quorum: optionalFlag((text) => parseInteger(text, 1, 99)),
  /** Upstream's replicated log lies there; this master keeps nothing on disk and only shows it. */
  work_dir: pathFlag(),
  log_dir: pathFlag(),
  logging_level: choiceFlag(["INFO", "WARNING", "ERROR"], "INFO"),
  agent_ping_timeout: durationFlag("15secs"),
  max_agent_ping_timeouts: integerFlag(5, 1),
  agent_reregister_timeout: durationFlag("10mins"),
  allocation_interval: durationFlag("1secs"),
  min_allocatable_resources: { parse: parseMinAllocatable, initial: "cpus:0.01|mem:32" },
  filter_gpu_resources: booleanFlag(true),
  offer_timeout: optionalFlag(parseDurationMs),
  root_submissions: booleanFlag(true),
  registry_max_agent_age: durationFlag("2weeks"),
  registry_gc_interval: durationFlag("15mins"),
  registry_store_timeout: durationFlag("20secs"),
  max_completed_frameworks: integerFlag(50),
  max_completed_tasks_per_framework: integerFlag(1000),
  max_unreachable_tasks_per_framework: integerFlag(1000),
  max_operator_event_stream_subscribers: integerFlag(1000, 1),
  /** Default weights, `role=weight,…`, until the registry has others. */
  weights: optionalFlag(parseWeights),
  /** JSON or a path: who may do what, see acls.ts. */
  acls: optionalFlag(Acls.read),
  credentials: pathFlag(),
  http_authenticators: choiceFlag(["basic"], "basic"),
  http_framework_authenticators: choiceFlag(["basic"], "basic"),
  authenticate_http_readonly: booleanFlag(false),
  authenticate_http_readwrite: booleanFlag(false),
  authenticate_http_frameworks: booleanFlag(false),
  /** Agents prove their `credential` by HTTP basic here. */
  authenticate_agents: booleanFlag(false),
  /** Concerns frameworks on the old driver, which this master does not have: all others are already kept to it. */
  authenticate_frameworks: booleanFlag(false),
};

/** Flags of upstream that this master knows with their default only: what they would change, it does not have. */
const FIXED: Readonly<Record<string, string>> = {
  allocator: "hierarchical",
  allocator_agent_recovery_factor: "0.8",
  allocator_recovery_timeout: "10mins",
  authentication_v0_timeout: "15secs",
  authenticators: "crammd5",
  authorizers: "local",
  framework_sorter: "drf",
  help: "false",
  initialize_driver_logging: "true",
  log_auto_initialize: "true",
  logbufsecs: "0",
  memory_profiling: "false",
  offer_constraints_re2_max_mem: "4KB",
  offer_constraints_re2_max_program_size: "100",
  publish_per_framework_metrics: "true",
  quiet: "false",
  recovery_agent_removal_limit: "100%",
  registry_fetch_timeout: "1mins",
  registry_max_agent_count: "102400",
  registry_strict: "false",
  require_agent_domain: "false",
  role_sorter: "drf",
  version: "false",
  webui_dir: "/usr/share/mesos/webui",
};

const ALL: typeof table & Record<string, Flag<unknown>> = { ...fixedFlags(FIXED), ...table };

export type MasterTable = typeof table;
export type MasterFlags = FlagValues<MasterTable>;

/**
 * Reads the flags of a master from `MESOS_*`.
 * @throws FlagError that names every variable at fault
 */
export function readMasterFlags(environment: NodeJS.ProcessEnv): ParsedFlags<MasterTable> {
  const parsed = parseFlags(ALL, environment, { prefix: "MESOS_" });
  const { values, texts } = parsed;
  if (values.registry === "replicated_log" && !values.zk) {
    throw new Error(
      "MESOS_ZK is missing: registry replicated_log is kept in ZooKeeper (or set MESOS_REGISTRY=in_memory)",
    );
  }
  const needsCredentials = [
    "authenticate_http_readonly",
    "authenticate_http_readwrite",
    "authenticate_http_frameworks",
    "authenticate_agents",
  ] as const;
  const switched = needsCredentials.find((name) => values[name]);
  if (switched !== undefined && values.credentials === undefined) {
    throw new Error(`MESOS_CREDENTIALS is missing: MESOS_${switched.toUpperCase()} needs the principals and secrets`);
  }
  if (texts.zk !== undefined) {
    texts.zk = texts.zk.replace(/\/\/[^/]*@/, "//***@");
  }
  return parsed;
}

function ipv4(text: string): string {
  if (!isIPv4(text)) {
    throw new Error(`'${text}' is not an IPv4 address`);
  }
  return text;
}

function parseWeights(text: string): { role: string; weight: number }[] {
  return text.split(",").map((part) => {
    const match = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(part.trim());
    if (match?.[1] === undefined || !(Number(match[2]) > 0)) {
      throw new Error(`'${part}' is not role=weight with a weight above 0`);
    }
    return { role: match[1], weight: Number(match[2]) };
  });
}

/** `cpus:0.01|mem:32`: an agent is offered when it has all amounts of one of the alternatives. */
function parseMinAllocatable(text: string): { name: string; amount: number }[][] {
  return text.split("|").map((alternative) =>
    alternative.split(";").map((part) => {
      const match = /^([a-z]+):(\d+(?:\.\d+)?)$/.exec(part.trim());
      if (match?.[1] === undefined) {
        throw new Error(`'${part}' is not name:amount`);
      }
      return { name: match[1], amount: Number(match[2]) };
    }),
  );
}
