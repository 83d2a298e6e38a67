import type { AppDefinition } from "@drover/lib/marathon/types";
import type { CommandInfo, DiscoveryInfo, DiscoveryPort, Resource, TaskInfo } from "@drover/lib/mesos/types";
import { mesosName } from "../model/path-id";
import { appPorts } from "../model/ports";
import { containerInfo } from "./container-info";
import { mesosHealthCheck } from "./mesos-health-check";
import { launchLimits, taskEnvironment } from "./task-environment";

export interface Placement {
  app: AppDefinition;
  taskId: string;
  agentId: string;
  host: string;
  hostPorts: readonly (number | null)[];
  resources: Resource[];
}

export interface TaskInfoSettings {
  /** `--env_vars_prefix` */
  envPrefix?: string;
  /** `--mesos_bridge_name` */
  mesosBridgeName: string;
}

/** The task that Mesos is asked to launch. */
export function taskInfo(placement: Placement, settings: TaskInfoSettings): TaskInfo {
  const { app, taskId, agentId, hostPorts, resources } = placement;
  const container = containerInfo({ app, taskId, hostPorts, mesosBridgeName: settings.mesosBridgeName });
  const healthCheck = mesosHealthCheck(app, hostPorts);
  const labels = Object.entries(app.labels).map(([key, value]) => ({ key, value }));
  const limits = launchLimits(app.resourceLimits);
  const grace = app.taskKillGracePeriodSeconds;
  return {
    name: mesosName(app.id),
    task_id: { value: taskId },
    agent_id: { value: agentId },
    resources,
    ...(limits ? { limits } : {}),
    command: commandInfo(app, taskEnvironment(placement, settings.envPrefix)),
    ...(container ? { container } : {}),
    ...(healthCheck ? { health_check: healthCheck } : {}),
    ...(grace === undefined ? {} : { kill_policy: { grace_period: { nanoseconds: grace * 1e9 } } }),
    labels: { labels },
    discovery: discoveryInfo(app, hostPorts),
  };
}

/** A shell line, an argument list, or nothing but what the image says. */
function commandInfo(app: AppDefinition, environment: Record<string, string>): CommandInfo {
  const variables = Object.entries(environment).map(([name, value]) => ({ name, type: "VALUE" as const, value }));
  const uris = app.fetch.map(({ uri, extract, executable, cache, destPath }) => ({
    value: uri,
    extract,
    executable,
    cache,
    ...(destPath === undefined ? {} : { output_file: destPath }),
  }));
  return {
    ...whatToRun(app),
    ...(app.user === undefined ? {} : { user: app.user }),
    environment: { variables },
    ...(uris.length > 0 ? { uris } : {}),
  };
}

function whatToRun({ cmd, args, container }: AppDefinition): Pick<CommandInfo, "shell" | "value" | "arguments"> {
  if (cmd !== undefined) return { shell: true, value: cmd };
  if (args === undefined) return { shell: false };
  // With an image the arguments go to its entry point; without one the first of them is the program.
  return container?.docker ? { shell: false, arguments: args } : { shell: false, value: args[0], arguments: args };
}

/** What mesos-dns and others read: the same name as the task's, and every port with where it is to be reached. */
function discoveryInfo(app: AppDefinition, hostPorts: readonly (number | null)[]): DiscoveryInfo {
  const ports = appPorts(app).flatMap((port, index): DiscoveryPort[] => {
    const hostPort = hostPorts[index] ?? undefined;
    const scope = hostPort === undefined ? "container" : "host";
    const labels = Object.entries({ ...port.labels, "network-scope": scope }).map(([key, value]) => ({ key, value }));
    return port.protocol.split(",").map((protocol) => ({
      number: hostPort ?? port.containerPort ?? 0,
      ...(port.name === undefined ? {} : { name: port.name }),
      protocol,
      labels: { labels },
    }));
  });
  return { visibility: "FRAMEWORK", name: mesosName(app.id), ports: { ports } };
}
