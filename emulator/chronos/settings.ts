import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import {
  booleanFlag,
  type Flag,
  type FlagValues,
  integerFlag,
  optionalFlag,
  parseFlags,
  parseInteger,
  pathFlag,
  requiredFlag,
  textFlag,
} from "@drover/lib/flags";
import { parseZookeeperUrl } from "@drover/lib/zookeeper/url";

const prefix = "CHRONOS_";
const week = 7 * 24 * 3600;

/** Flags of upstream that must not go unheeded: somebody relies on what they do, and it is not done here. */
const unsupported = [
  "mail_server",
  "mail_user",
  "mail_password",
  "mail_from",
  "mail_ssl",
  "raven_dsn",
  "slack_url",
  "mattermost_url",
  "http_notification_url",
  "http_notification_credentials",
  "cassandra_contact_points",
  "cassandra_keyspace",
  "graphite_host_port",
  "https_port",
  "ssl_keystore_path",
  "ssl_keystore_password",
];

/**
 * Flags that change nothing here: `task_epsilon` does nothing in 3.x, `cluster_name` goes to Cassandra only, and runs
 * that wait always ask for offers.
 */
const ignored = ["task_epsilon", "cluster_name", "revive_offers_for_new_jobs"];

/** Upstream's flags that mean something here, with upstream's defaults. */
const table = {
  master: requiredFlag((text) => text),
  zk_hosts: { parse: parseHosts, initial: "localhost:2181" },
  zk_path: { parse: parsePath, initial: "/chronos/state" },
  zk_auth: optionalFlag(parseCredentials),
  zk_timeout: integerFlag(10_000, 1),
  hostname: textFlag(hostname()),
  http_address: optionalFlag((text) => text),
  http_port: integerFlag(8080, 0, 65535),
  http_credentials: optionalFlag(parseCredentials),
  user: textFlag("root"),
  failover_timeout: integerFlag(week),
  mesos_framework_name: textFlag("chronos"),
  mesos_role: textFlag("*"),
  webui_url: optionalFlag((text) => text),
  mesos_checkpoint: booleanFlag(true),
  mesos_task_cpu: { parse: parseAmount, initial: "0.1" },
  mesos_task_mem: { parse: parseAmount, initial: "128" },
  mesos_task_disk: { parse: parseAmount, initial: "256" },
  mesos_authentication_principal: optionalFlag((text) => text),
  mesos_authentication_secret_file: pathFlag(),
  leader_max_idle_time: integerFlag(5_000, 1),
  failure_retry: integerFlag(60_000),
  disable_after_failures: integerFlag(0),
  reconciliation_interval: integerFlag(600, 1),
  min_revive_offers_interval: integerFlag(5_000),
  decline_offer_duration: optionalFlag((text) => parseInteger(text, 0, Number.MAX_SAFE_INTEGER)),
  job_history_limit: integerFlag(5, 0, 100),
} satisfies Record<string, Flag<unknown>>;

export type Settings = FlagValues<typeof table>;

/**
 * Reads the settings: from arguments (`--zk_hosts h:2181`), as upstream's image gets them, or from variables
 * (`CHRONOS_ZK_HOSTS`), as other images do. `PORT0` is the HTTP port, as in upstream's image; Mesos' library wants
 * `PORT1`, here nothing does.
 * @throws FlagError for values that cannot be read, Error for what is unknown, contradicts itself or is not done here
 */
export function readSettings(words: readonly string[], environment: Record<string, string | undefined>): Settings {
  const given: Record<string, string | undefined> = {};
  for (const [name, value] of [...fromEnvironment(environment), ...fromArguments(words)])
    given[variableOf(name)] = value;
  const refused = unsupported.filter((name) => given[variableOf(name)] !== undefined);
  if (refused.length > 0) throw new Error(`${refused.join(", ")}: not supported by this Chronos, remove it`);
  if (environment.PORT0 !== undefined) given[variableOf("http_port")] = environment.PORT0;
  const { values } = parseFlags(table, given, { prefix, others: ignored.map(variableOf) });
  return values;
}

/**
 * Principal and secret for the master; undefined when authentication is off.
 * @throws Error when only one of them is given
 */
export function mesosCredentials(settings: Settings): { principal: string; secret: string } | undefined {
  const { mesos_authentication_principal: principal, mesos_authentication_secret_file: file } = settings;
  if (principal === undefined || file === undefined) {
    if (file !== undefined)
      throw new Error("mesos_authentication_secret_file needs mesos_authentication_principal, too");
    return undefined;
  }
  return { principal, secret: readFileSync(file, "utf8").trim() };
}

function fromEnvironment(environment: Record<string, string | undefined>): [name: string, value: string][] {
  return Object.entries(environment).flatMap(([variable, value]) =>
    variable.startsWith(prefix) && value !== undefined
      ? [[variable.slice(prefix.length).toLowerCase(), value] as [string, string]]
      : [],
  );
}

/** `--name value`, `--name=value`; a switch stands alone, off as `--no_name`. */
function fromArguments(words: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name, inline] = /^--([a-z][a-z0-9_-]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) throw new Error(`'${word}' is not understood: write --flag value`);
    const flag = name.replaceAll("-", "_");
    const isSwitch = inline === undefined && (rest[0] === undefined || rest[0].startsWith("--"));
    found.push([flag, inline ?? (isSwitch ? "true" : (rest.shift() ?? ""))]);
  }
  return found;
}

function variableOf(name: string): string {
  return prefix + name.toUpperCase();
}

/** `h:p,h:p`, or a ZooKeeper URL whose path does not count. */
function parseHosts(text: string): string[] {
  if (/@/.test(text)) throw new Error("must not hold a password: give it as zk_auth");
  return parseZookeeperUrl(text.startsWith("zk://") ? text : `zk://${text}`).servers;
}

function parsePath(text: string): string {
  if (!/^(\/[\w.-]+)+$/.test(text)) throw new Error(`'${text}' is no path: write /chronos/state`);
  return text;
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (text.trim() === "" || !(amount > 0) || !Number.isFinite(amount))
    throw new Error(`'${text}' is not a number above 0`);
  return amount;
}

function parseCredentials(text: string): { user: string; password: string } {
  const colon = text.indexOf(":");
  if (colon < 1) throw new Error("must be user:password");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
