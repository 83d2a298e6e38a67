import type { AppDefinition } from "@drover/lib/marathon/types";
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
  const labels = Object.entries(app.labels)
    .filter(([name, value]) => name.length <= maxLabelLength && value.length <= maxLabelLength)
    .map(([name, value]): [string, string] => [variableName(name), value]);
  const image = app.container?.docker?.image;
  const own = { HOST: host, ...portVariables(facts) };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [prefix + name, value])),
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    ...(image === undefined ? {} : { MARATHON_APP_DOCKER_IMAGE: image }),
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_LABELS: labels.map(([name]) => name).join(" "),
    ...Object.fromEntries(labels.map(([name, value]) => [`MARATHON_APP_LABEL_${name}`, value])),
    ...app.env,
  };
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

function variableName(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
}

/** Upstream prints these as Java doubles: `1.0`. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
