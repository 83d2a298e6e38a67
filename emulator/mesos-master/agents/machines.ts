import type { Unavailability } from "@drover/lib/mesos/types";

/** A machine as the operator names it: by host name, address or both, as its agents registered. */
export interface MachineId {
  hostname?: string;
  ip?: string;
}

export interface MaintenanceSchedule {
  windows?: { machine_ids?: MachineId[]; unavailability: Unavailability }[];
}

export type MachineFilter = (machine: MachineId) => boolean;

/** Equal for the same machine; host names do not differ by case. */
export function machineKey({ hostname = "", ip = "" }: MachineId): string {
  return `${hostname.toLowerCase()} ${ip}`;
}

/** A machine as upstream's messages name it. */
export function machineText({ hostname, ip }: MachineId): string {
  return JSON.stringify({ hostname, ip });
}

/** True when an agent runs there. Both host name and address have to fit, where they are given. */
export function isOn({ hostname, ip }: MachineId, agentHostname: string, pid: string): boolean {
  const address = pid.slice(pid.indexOf("@") + 1).split(":")[0];
  return (
    (hostname === undefined || hostname.toLowerCase() === agentHostname.toLowerCase()) &&
    (ip === undefined || ip === address) &&
    (hostname !== undefined || ip !== undefined)
  );
}

/** A schedule with only those machines that fit. */
export function scheduleOf({ windows = [] }: MaintenanceSchedule, fits: MachineFilter): MaintenanceSchedule {
  const kept = windows
    .map((window) => ({ ...window, machine_ids: (window.machine_ids ?? []).filter(fits) }))
    .filter(({ machine_ids }) => machine_ids.length > 0);
  return kept.length > 0 ? { windows: kept } : {};
}

/** What is wrong with a schedule, in upstream's words. */
export function scheduleProblem({ windows = [] }: MaintenanceSchedule): string | undefined {
  const seen = new Set<string>();
  for (const { machine_ids = [], unavailability } of windows) {
    if (machine_ids.length === 0) {
      return "List of machines in the maintenance window is empty";
    }
    for (const machine of machine_ids) {
      if ((machine.hostname ?? "") === "" && (machine.ip ?? "") === "") {
        return "Both 'hostname' and 'ip' for a machine are empty";
      }
      if (seen.has(machineKey(machine))) {
        return `Machine '${machineText(machine)}' appears more than once in the schedule`;
      }
      seen.add(machineKey(machine));
    }
    if ((unavailability.duration?.nanoseconds ?? 0) < 0) {
      return "Unavailability 'duration' is negative";
    }
  }
  return undefined;
}
