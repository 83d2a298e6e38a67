import { isIP } from "node:net";
import type { Status, Task } from "./state";

export type IpSource = "netinfo" | "mesos" | "docker" | "host";

/** Keys of the labels by which old containerizers tell a container's address. */
const LABELS = {
  mesos: "MesosContainerizer.NetworkSettings.IPAddress",
  docker: "Docker.NetworkSettings.IPAddress",
};

/** Addresses of a task from the first source that knows any. */
export function taskAddresses(task: Task, agentAddresses: readonly string[], sources: readonly IpSource[]): string[] {
  const status = latestRunning(task.statuses ?? []);
  for (const source of sources) {
    const found = addressesFrom(source, status, agentAddresses).filter((address) => isIP(address) !== 0);
    if (found.length > 0) return found;
  }
  return [];
}

function addressesFrom(source: IpSource, status: Status | undefined, agentAddresses: readonly string[]): string[] {
  if (source === "host") return [...agentAddresses];
  if (source === "netinfo") {
    return (status?.container_status?.network_infos ?? []).flatMap((info) => {
      const addresses = (info.ip_addresses ?? []).flatMap(({ ip_address: address }) => address ?? []);
      return addresses.length > 0 ? addresses : [info.ip_address ?? ""];
    });
  }
  return (status?.labels ?? []).filter(({ key }) => key === LABELS[source]).map(({ value }) => value ?? "");
}

/** The master lists statuses in no particular order. */
function latestRunning(statuses: readonly Status[]): Status | undefined {
  return statuses
    .filter(({ state }) => state === "TASK_RUNNING")
    .reduce<Status | undefined>(
      (latest, one) => (latest && latest.timestamp >= one.timestamp ? latest : one),
      undefined,
    );
}
