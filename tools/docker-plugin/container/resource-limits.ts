import type { HostConfig } from "dockerode";
import type { ContainerInputs } from "../schema/container";

const MB = 1024 * 1024;

/** The inputs that the engine can change on a running container; all of them are always sent together. */
export type ResourceLimits = Pick<
  HostConfig,
  | "CpuPeriod"
  | "CpuQuota"
  | "CpusetCpus"
  | "CpuShares"
  | "Memory"
  | "MemoryReservation"
  | "MemorySwap"
  | "RestartPolicy"
>;

/** Resource limits and restart policy in the words of the engine's API, in bytes. */
export function resourceLimits(inputs: ContainerInputs): ResourceLimits {
  const withCpus = inputs.cpus !== undefined;
  return {
    CpuPeriod: withCpus ? undefined : inputs.cpuPeriod,
    CpuQuota: withCpus ? undefined : inputs.cpuQuota,
    CpusetCpus: inputs.cpuSet,
    CpuShares: inputs.cpuShares,
    Memory: bytes(inputs.memory),
    MemoryReservation: bytes(inputs.memoryReservation),
    MemorySwap: memorySwap(inputs),
    // A container that removes itself cannot have one, not even "no".
    RestartPolicy:
      inputs.rm === true ? undefined : { Name: inputs.restart ?? "no", MaximumRetryCount: inputs.maxRetryCount ?? 0 },
  };
}

/** The engine's own default for memory and swap together is twice the memory; it must be repeated when the memory changes. */
function memorySwap({ memory, memorySwap }: ContainerInputs): number | undefined {
  if (memorySwap !== undefined) return memorySwap < 0 ? -1 : bytes(memorySwap);
  return memory === undefined ? undefined : bytes(memory * 2);
}

function bytes(mb: number | undefined): number | undefined {
  return mb === undefined ? undefined : mb * MB;
}

/** Inputs that the engine can set on an existing container, but not take away: to it, zero means "leave as it is". */
const CANNOT_BE_UNSET = new Set([
  "cpuPeriod",
  "cpuQuota",
  "cpuSet",
  "cpuShares",
  "memory",
  "memoryReservation",
  "memorySwap",
]);

/** True when taking the limit away needs a new container. */
export function needsNewContainer(name: string, inputs: ContainerInputs): boolean {
  const value = inputs[name as keyof ContainerInputs];
  return CANNOT_BE_UNSET.has(name) && (value === undefined || value === 0);
}
