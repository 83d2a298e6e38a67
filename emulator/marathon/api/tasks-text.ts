import type { AppDefinition } from "@drover/lib/marathon/types";
import type { Leader } from "../leader/leader";
import { underscored } from "../model/path-id";
import { appPorts } from "../model/ports";

/**
 * The running tasks as HAProxy's classic bridge reads them, a line for each port of each app:
 * `<app, / as _>\t<servicePort>\t<host:port>\t…`; an app without ports has one line with a blank port and its hosts.
 */
export function tasksAsText(leader: Leader, apps: readonly AppDefinition[]): string {
  return apps.flatMap((app) => linesOf(leader, app)).join("");
}

function linesOf(leader: Leader, app: AppDefinition): string[] {
  const running = leader.instances
    .ofApp(app.id)
    .filter(({ state, goal }) => state === "TASK_RUNNING" && goal === "run")
    .sort((a, b) => a.id.localeCompare(b.id));
  const line = (port: string, addresses: string[]) => `${[underscored(app.id), port, ...addresses].join("\t")}\t\n`;
  const ports = appPorts(app);
  if (ports.length === 0)
    return [
      line(
        " ",
        running.map(({ host }) => host),
      ),
    ];
  return ports.map(({ servicePort }, index) =>
    line(
      String(servicePort),
      running.flatMap(({ host, hostPorts }) =>
        typeof hostPorts[index] === "number" ? `${host}:${hostPorts[index]}` : [],
      ),
    ),
  );
}
