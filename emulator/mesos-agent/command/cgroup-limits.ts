import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource, TaskInfo } from "@drover/lib/mesos/types";
import { readText } from "../checkpoint/files";
import { cgroupLimits } from "../docker/limits";

/** The files of a cgroup with what to write there. */
type Settings = Record<string, string>;

export interface CgroupOptions {
  /** Where the machine's cgroups are mounted (flag cgroups_hierarchy). */
  hierarchy: string;
  /** Below which cgroup those of the tasks are (flag cgroups_root). */
  root: string;
  /** Hard CPU limits too (flag cgroups_enable_cfs). */
  enableCfs: boolean;
}

/** Limits the processes of each task by cgroups of its own, one of `cpu` and `memory` each, or one of version 2. */
export class CgroupLimits {
  private readonly isUnified: boolean;

  /** @throws Error when the cgroups cannot be written; it says what to do */
  constructor(private readonly options: CgroupOptions) {
    const { hierarchy, root } = options;
    this.isUnified = existsSync(join(hierarchy, "cgroup.controllers"));
    try {
      for (const parent of this.parents()) {
        mkdirSync(parent, { recursive: true });
      }
      if (this.isUnified) {
        for (const path of [hierarchy, join(hierarchy, root)]) {
          writeFileSync(join(path, "cgroup.subtree_control"), "+cpu +memory");
        }
      }
    } catch (error) {
      throw new Error(
        `MESOS_ISOLATION asks for cgroups, and those at ${hierarchy} cannot be used (${(error as Error).message}): ` +
          "mount the machine's cgroup tree there with write access, or set MESOS_ISOLATION to posix/cpu,posix/mem, " +
          "which limits nothing",
      );
    }
  }

  /** Makes the cgroups of a container. @returns their `cgroup.procs` files */
  create(containerId: string, resources: readonly Resource[], limits: TaskInfo["limits"]): string[] {
    const settings = settingsOf(resources, limits, this.options.enableCfs, this.isUnified);
    return this.directories(containerId).map((directory) => {
      mkdirSync(directory, { recursive: true });
      for (const [file, value] of Object.entries(settings)) {
        const path = join(directory, file);
        if (existsSync(path)) {
          writeFileSync(path, value);
        }
      }
      return join(directory, "cgroup.procs");
    });
  }

  /** True when the kernel has killed a process of the container for its memory. */
  hasRunOutOfMemory(containerId: string): boolean {
    const files = this.directories(containerId).flatMap((directory) =>
      ["memory.oom_control", "memory.events"].map((name) => join(directory, name)),
    );
    return files.some((file) => /^oom_kill [1-9]/m.test(readText(file) ?? ""));
  }

  /** Kills what is left in the container and removes its cgroups. */
  remove(containerId: string): void {
    for (const directory of this.directories(containerId)) {
      if (existsSync(directory)) {
        for (const pid of readFileSync(join(directory, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) {
          kill(Number(pid));
        }
        removeWhenEmpty(directory);
      }
    }
  }

  private parents(): string[] {
    const { hierarchy, root } = this.options;
    return (this.isUnified ? [""] : ["cpu", "memory"]).map((controller) => join(hierarchy, controller, root));
  }

  private directories(containerId: string): string[] {
    return this.parents().map((parent) => join(parent, containerId));
  }
}

/** The same amounts as Docker's: shares by cpus, a quota where asked for, at least 32 MB of memory. */
function settingsOf(
  resources: readonly Resource[],
  limits: TaskInfo["limits"],
  enableCfs: boolean,
  isUnified: boolean,
): Settings {
  const { CpuShares = 0, CpuPeriod, CpuQuota, Memory, MemoryReservation } = cgroupLimits(resources, limits, enableCfs);
  const soft = String(MemoryReservation ?? Memory ?? "");
  if (isUnified) {
    // The kernel's scale for version 2, as container runtimes convert shares to it.
    const weight = 1 + Math.floor(((CpuShares - 2) * 9999) / 262_142);
    return {
      "cpu.weight": String(weight),
      ...(CpuQuota !== undefined && { "cpu.max": `${CpuQuota} ${CpuPeriod}` }),
      "memory.low": soft,
      ...(Memory !== undefined && { "memory.max": String(Memory) }),
    };
  }
  return {
    "cpu.shares": String(CpuShares),
    ...(CpuQuota !== undefined && { "cpu.cfs_period_us": String(CpuPeriod), "cpu.cfs_quota_us": String(CpuQuota) }),
    "memory.soft_limit_in_bytes": soft,
    ...(Memory !== undefined && { "memory.limit_in_bytes": String(Memory) }),
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has gone by itself
  }
}

/** Killed processes leave their cgroup a moment later; one that stays is empty and costs nothing. */
function removeWhenEmpty(directory: string, attemptsLeft = 20): void {
  try {
    rmdirSync(directory);
  } catch {
    if (attemptsLeft > 0) {
      setTimeout(() => removeWhenEmpty(directory, attemptsLeft - 1), 100).unref();
    }
  }
}
