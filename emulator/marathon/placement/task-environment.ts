import type { AppDefinition, ResourceLimits } from "@drover/lib/marathon/types";
import { appPorts } from "../model/ports";

export interface TaskFacts {
  app: AppDefinition;
  taskId: string;
  host: string;
  hostPorts: readonly (number | null)[];
}

/** Labels longer than this are not put into the environment. */
const maxLabelLength = 512;

/**
 * The environment of a task: what Marathon tells it, overridden by what the app's author says.
 * @param prefix put before HOST and the PORT variables (`--env_vars_prefix`)
 */
export function taskEnvironment(facts: TaskFacts, prefix = ""): Record<string, string> {
  const { app, taskId, host } = facts;
  const image = app.container?.docker?.image;
  const own = { HOST: host, ...portVariables(facts) };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [prefix + name, value])),
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(image === undefined ? {} : { MARATHON_APP_DOCKER_IMAGE: image }),
    ...resourceVariables("MARATHON_APP", app, app.labels),
    ...app.env,
  };
}

/** `<prefix>_RESOURCE_CPUS` and so on, `<prefix>_LABELS` with the labels' names, and each label. */
export function resourceVariables(
  prefix: string,
  { cpus, mem, disk, gpus }: Record<"cpus" | "mem" | "disk" | "gpus", number>,
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = Object.entries(labels)
    .filter(([name, value]) => name.length <= maxLabelLength && value.length <= maxLabelLength)
    .map(([name, value]): [string, string] => [variableName(name), value]);
  return {
    [`${prefix}_RESOURCE_CPUS`]: decimal(cpus),
    [`${prefix}_RESOURCE_MEM`]: decimal(mem),
    [`${prefix}_RESOURCE_DISK`]: decimal(disk),
    [`${prefix}_RESOURCE_GPUS`]: String(gpus),
    [`${prefix}_LABELS`]: given.map(([name]) => name).join(" "),
    ...Object.fromEntries(given.map(([name, value]) => [`${prefix}_LABEL_${name}`, value])),
  };
}

/** `limits` of a Mesos task; `unlimited` is the number that protobuf's JSON writes as Infinity. */
export function launchLimits(
  given: ResourceLimits | undefined,
): Record<string, { value: number | string }> | undefined {
  const entries = Object.entries(given ?? {}).filter(([, limit]) => limit !== undefined);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([name, limit]) => [name, { value: limit === "unlimited" ? "Infinity" : limit }]),
  );
}

/** In container networks a task sees the ports inside its container, in host networking those of the agent. */
function portVariables({ app, hostPorts }: TaskFacts): Record<string, string> {
  const ports = appPorts(app).map((port, index) => ({
    ...port,
    number: String(port.containerPort || (hostPorts[index] ?? 0)),
    asked: port.containerPort ?? port.servicePort,
  }));
  const first = ports[0];
  return {
    ...Object.fromEntries(ports.map(({ number }, index) => [`PORT${index}`, number])),
    ...Object.fromEntries(ports.filter(({ asked }) => asked > 0).map(({ asked, number }) => [`PORT_${asked}`, number])),
    ...Object.fromEntries(ports.flatMap(({ name, number }) => (name ? [[`PORT_${variableName(name)}`, number]] : []))),
    ...(first ? { PORT: first.number, PORTS: ports.map(({ number }) => number).join(",") } : {}),
  };
}

export function variableName(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
}

/** Upstream prints these as Java doubles: `1.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
