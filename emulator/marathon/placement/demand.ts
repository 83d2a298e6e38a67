import { endpointsOf } from "../model/pod-request";
import { appPorts } from "../model/ports";
import { isPod, type RunSpec } from "../model/run-spec";

/** What one instance takes of an agent. Sizes are in MB. */
export interface Demand {
  cpus: number;
  mem: number;
  disk: number;
  gpus: number;
  /** By index of its ports: the port wanted on the agent, 0 for any, undefined for none. */
  ports: (number | undefined)[];
}

export function demandOf(spec: RunSpec): Demand {
  if (!isPod(spec)) {
    const { cpus, mem, disk, gpus } = spec;
    return { cpus, mem, disk, gpus, ports: appPorts(spec).map((port) => port.hostPort) };
  }
  const { containers, executorResources } = spec.pod;
  const all = [executorResources, ...containers.map(({ resources }) => resources)];
  const sum = (name: "cpus" | "mem" | "disk" | "gpus") =>
    Math.round(all.reduce((total, resources) => total + resources[name], 0) * 1000) / 1000;
  return {
    ...{ cpus: sum("cpus"), mem: sum("mem"), disk: sum("disk"), gpus: sum("gpus") },
    ports: endpointsOf(spec.pod).map(({ hostPort }) => hostPort),
  };
}
