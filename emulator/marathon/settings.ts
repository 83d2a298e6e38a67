import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import {
  booleanFlag,
  choiceFlag,
  type Flag,
  type FlagValues,
  integerFlag,
  optionalFlag,
  parseFlags,
  pathFlag,
  requiredFlag,
  textFlag,
} from "@drover/lib/flags";
import { parseZookeeperUrl } from "@drover/lib/zookeeper/url";

const prefix = "MARATHON_";
const day = 24 * 3600;

/** What `--enable_features` may name here; `vips` has no effect, it is about labels that others read. */
const features = ["vips", "task_killing", "external_volumes", "gpu_resources", "maintenance_mode"] as const;

/** Flags of upstream that must not go unheeded: somebody relies on what they do, and it is not done here. */
const unsupported = [
  "DISABLE_HTTP",
  "SSL_KEYSTORE_PATH",
  "SSL_KEYSTORE_PASSWORD",
  "DISABLE_HA",
  "PLUGIN_DIR",
  "PLUGIN_CONF",
  "EXECUTOR",
  "NEW_GROUP_ENFORCE_ROLE",
];

/** Upstream's flags that mean something here, with upstream's defaults; each is the variable `MARATHON_<NAME>`. */
const table = {
  master: requiredFlag((text) => text),
  zk: { parse: parseZookeeperUrl, initial: "zk://localhost:2181/marathon" },
  hostname: textFlag(hostname()),
  http_address: optionalFlag((text) => text),
  http_port: integerFlag(8080, 0, 65535),
  http_credentials: optionalFlag(parseCredentials),
  http_realm: textFlag("Mesosphere"),
  framework_name: textFlag("marathon"),
  mesos_role: textFlag("*"),
  mesos_user: textFlag(userInfo().username),
  mesos_authentication: booleanFlag(false),
  mesos_authentication_principal: optionalFlag((text) => text),
  mesos_authentication_secret: optionalFlag((text) => text),
  mesos_authentication_secret_file: pathFlag(),
  mesos_bridge_name: textFlag("mesos-bridge"),
  accepted_resource_roles_default_behavior: choiceFlag(["any", "unreserved", "reserved"], "any"),
  default_network_name: optionalFlag((text) => text),
  env_vars_prefix: textFlag(""),
  failover_timeout: integerFlag(7 * day),
  checkpoint: booleanFlag(true),
  webui_url: optionalFlag((text) => text),
  access_control_allow_origin: optionalFlag((text) => text.split(",").map((each) => each.trim())),
  logging_level: optionalFlag(parseLoggingLevel),
  local_port_min: integerFlag(10_000, 1, 65535),
  local_port_max: integerFlag(20_000, 1, 65535),
  enable_features: { parse: parseFeatures, initial: "" },
  task_launch_timeout: integerFlag(300_000),
  task_launch_confirm_timeout: integerFlag(300_000),
  scale_apps_interval: integerFlag(300_000, 1),
  reconciliation_interval: integerFlag(600_000, 1),
  reconciliation_initial_delay: integerFlag(15_000),
  max_running_deployments: integerFlag(100, 1),
  max_instances_per_offer: integerFlag(5, 1),
  kill_chunk_size: integerFlag(100, 1),
  kill_retry_timeout: integerFlag(30_000, 1),
  min_revive_offers_interval: integerFlag(5_000),
  draining_seconds: integerFlag(0),
  decline_offer_duration: integerFlag(120_000),
  zk_session_timeout: integerFlag(10_000, 1),
  zk_timeout: integerFlag(10_000, 1),
  zk_connection_timeout: integerFlag(10_000, 1),
  zk_compression: booleanFlag(true),
  zk_compression_threshold: integerFlag(64 * 1024),
  zk_max_versions: integerFlag(50, 1),
  zk_max_node_size: integerFlag(1_024_000, 1024),
  leader_proxy_connection_timeout: integerFlag(5_000, 1),
  leader_proxy_read_timeout: integerFlag(10_000, 1),
  event_stream_max_outstanding_messages: integerFlag(1024, 1),
} satisfies Record<string, Flag<unknown>>;

export type Settings = FlagValues<typeof table>;

export interface ReadSettings {
  settings: Settings;
  /** Variables with the prefix that mean nothing here. Upstream ignores those, too; worth a warning. */
  ignored: string[];
}

/**
 * Reads the settings from the environment.
 * @throws FlagError for values that cannot be read, Error for contradictions and for what is not done here
 */
export function readSettings(environment: Record<string, string | undefined>): ReadSettings {
  const asked = unsupported.filter((name) => environment[prefix + name] !== undefined);
  if (asked.length > 0) {
    throw new Error(`${asked.map((name) => prefix + name).join(", ")}: not supported by this Marathon, remove it`);
  }
  const names = Object.keys(table);
  const known = new Set(names.flatMap((name) => [name.toUpperCase(), `DISABLE_${name.toUpperCase()}`]));
  const ignored = Object.keys(environment).filter(
    (variable) => variable.startsWith(prefix) && !known.has(variable.slice(prefix.length)),
  );
  const { values } = parseFlags(table, environment, { prefix, negation: "DISABLE_", others: ignored });
  const shared = environment.MESOSPHERE_HTTP_CREDENTIALS;
  const settings = {
    ...values,
    http_credentials: values.http_credentials ?? (shared ? parseCredentials(shared) : undefined),
  };
  if (settings.local_port_min > settings.local_port_max) {
    throw new Error(`${prefix}LOCAL_PORT_MIN is above ${prefix}LOCAL_PORT_MAX: no service port could be given`);
  }
  return { settings, ignored };
}

/**
 * Principal and secret for the master; undefined when authentication is off.
 * @throws Error when it is on and one of them is missing
 */
export function mesosCredentials(settings: Settings): { principal: string; secret: string } | undefined {
  if (!settings.mesos_authentication) return undefined;
  const principal = settings.mesos_authentication_principal;
  const file = settings.mesos_authentication_secret_file;
  const secret = settings.mesos_authentication_secret ?? (file && readFileSync(file, "utf8").trim());
  if (!principal || !secret) {
    throw new Error(
      `${prefix}MESOS_AUTHENTICATION is on: set ${prefix}MESOS_AUTHENTICATION_PRINCIPAL and _SECRET_FILE, too`,
    );
  }
  return { principal, secret };
}

function parseCredentials(text: string): { user: string; password: string } {
  const colon = text.indexOf(":");
  if (colon < 1) throw new Error("must be user:password");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Upstream's levels, as pino calls them. */
function parseLoggingLevel(text: string): string {
  const levels: Record<string, string> = { all: "trace", off: "silent", critical: "fatal" };
  const level = levels[text.toLowerCase()] ?? text.toLowerCase();
  if (!["trace", "debug", "info", "warn", "error", "fatal", "silent"].includes(level)) {
    throw new Error(`'${text}' is not a level: use trace, debug, info, warn, error, fatal, all or off`);
  }
  return level;
}

function parseFeatures(text: string): Set<string> {
  const given = text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);
  const unknown = given.filter((each) => !features.some((feature) => feature === each));
  if (unknown.length > 0)
    throw new Error(`unsupported features ${unknown.join(", ")}; there are ${features.join(", ")}`);
  return new Set(given);
}
