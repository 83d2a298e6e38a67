import type { HealthCheck, HealthCheckProtocol } from "@drover/lib/marathon/types";

/** COMMAND and MESOS_* checks are done by the executor on the agent, the others by Marathon's leader. */
export function isMesosCheck(protocol: HealthCheckProtocol): boolean {
  return protocol === "COMMAND" || protocol.startsWith("MESOS_");
}

/** True when the check refers to one of the app's ports by index. */
export function usesPort(check: HealthCheck): boolean {
  return check.protocol !== "COMMAND" && check.port === undefined;
}
