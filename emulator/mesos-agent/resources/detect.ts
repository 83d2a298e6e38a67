import { statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import type { Resource } from "@drover/lib/mesos/types";

const MB = 1024 * 1024;
const GB_IN_MB = 1024;

/** What the machine has; sizes in MB. */
export interface Machine {
  cpus: number;
  memMb: number;
  diskMb: number;
}

/** Measures this machine; the disk is the file system of the work directory. */
export function measureMachine(workDir: string): Machine {
  const disk = statfsSync(workDir);
  return {
    cpus: availableParallelism(),
    memMb: Math.floor(totalmem() / MB),
    diskMb: Math.floor((disk.blocks * disk.bsize) / MB),
  };
}

/**
 * Completes the configured resources with upstream's defaults for the standard ones that are missing:
 * all cpus, memory less 1 GB (half below 2 GB), disk less 5 GB (half below 10 GB), ports 31000-32000.
 */
export function withDetected(configured: readonly Resource[], machine: Machine): Resource[] {
  const { memMb, diskMb } = machine;
  const defaults: Resource[] = [
    scalar("cpus", machine.cpus),
    scalar("mem", memMb < 2 * GB_IN_MB ? Math.floor(memMb / 2) : memMb - GB_IN_MB),
    scalar("disk", diskMb < 10 * GB_IN_MB ? Math.floor(diskMb / 2) : diskMb - 5 * GB_IN_MB),
    { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31000, end: 32000 }] } },
  ];
  const names = new Set(configured.map(({ name }) => name));
  return [...configured, ...defaults.filter(({ name }) => !names.has(name))];
}

function scalar(name: string, value: number): Resource {
  return { name, type: "SCALAR", scalar: { value } };
}
