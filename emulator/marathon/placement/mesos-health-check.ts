import type { AppDefinition, HealthCheck } from "@drover/lib/marathon/types";
import type { HealthCheck as MesosHealthCheck } from "@drover/lib/mesos/types";
import { isMesosCheck } from "../model/health-check";
import { appPorts } from "../model/ports";

/** The health check that the executor does, if the app has one. */
export function mesosHealthCheck(
  app: AppDefinition,
  hostPorts: readonly (number | null)[],
): MesosHealthCheck | undefined {
  const check = app.healthChecks.find(({ protocol }) => isMesosCheck(protocol));
  if (check === undefined) return undefined;
  const times = {
    ...(check.delaySeconds === undefined ? {} : { delay_seconds: check.delaySeconds }),
    interval_seconds: check.intervalSeconds,
    timeout_seconds: check.timeoutSeconds,
    consecutive_failures: check.maxConsecutiveFailures,
    grace_period_seconds: check.gracePeriodSeconds,
  };
  const port = portInside(app, hostPorts, check);
  const protocol = check.ipProtocol === "IPv6" ? "IPV6" : "IPV4";
  switch (check.protocol) {
    case "COMMAND":
      return { type: "COMMAND", ...times, command: { shell: true, value: check.command?.value ?? "" } };
    case "MESOS_TCP":
      return { type: "TCP", ...times, tcp: { port, protocol } };
    default: {
      const scheme = check.protocol === "MESOS_HTTPS" ? "https" : "http";
      return { type: "HTTP", ...times, http: { port, path: check.path ?? "/", scheme, protocol } };
    }
  }
}

/** The executor checks within the task's network, so it asks the port inside the container. */
function portInside(app: AppDefinition, hostPorts: readonly (number | null)[], check: HealthCheck): number {
  if (check.port !== undefined) return check.port;
  const index = check.portIndex ?? 0;
  return appPorts(app)[index]?.containerPort || (hostPorts[index] ?? 0);
}
