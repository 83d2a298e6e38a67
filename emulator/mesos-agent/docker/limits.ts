import type { Resource, TaskInfo } from "@drover/lib/mesos/types";
import type { HostConfig } from "dockerode";
import { scalarSum } from "../resources/amounts";

const MB = 1024 * 1024;
const MIN_MEMORY_BYTES = 32 * MB;
const MIN_CPU_SHARES = 2;
const CFS_PERIOD_MICROSECONDS = 100_000;
const MIN_CFS_QUOTA_MICROSECONDS = 1000;

type Limits = TaskInfo["limits"];

/**
 * CPU and memory of a container by the rules of the Docker containerizer: shares are 1024 a cpu; a hard CPU limit
 * only with cgroups_enable_cfs or a limit of the task; at least 32 MB of memory; with a memory limit of the task the
 * requested memory becomes the reservation. A limit may be "Infinity".
 */
export function cgroupLimits(resources: readonly Resource[], limits: Limits, enableCfs: boolean): HostConfig {
  const cpus = scalarSum(resources, "cpus");
  const memoryBytes = Math.max(MIN_MEMORY_BYTES, scalarSum(resources, "mem") * MB);
  const cpuLimit = limitOf(limits, "cpus") ?? (enableCfs ? cpus : Number.POSITIVE_INFINITY);
  const memoryLimitMb = limitOf(limits, "mem");
  return {
    CpuShares: Math.max(MIN_CPU_SHARES, Math.floor(cpus * 1024)),
    ...(Number.isFinite(cpuLimit) && {
      CpuPeriod: CFS_PERIOD_MICROSECONDS,
      CpuQuota: Math.max(MIN_CFS_QUOTA_MICROSECONDS, Math.floor(cpuLimit * CFS_PERIOD_MICROSECONDS)),
    }),
    ...(memoryLimitMb === undefined
      ? { Memory: memoryBytes }
      : {
          MemoryReservation: memoryBytes,
          ...(Number.isFinite(memoryLimitMb) && { Memory: Math.max(memoryBytes, memoryLimitMb * MB) }),
        }),
  };
}

function limitOf(limits: Limits, name: string): number | undefined {
  const limit = limits?.[name];
  return limit === undefined ? undefined : Number(limit.value);
}
