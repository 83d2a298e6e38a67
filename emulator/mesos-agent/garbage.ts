import { rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@drover/lib/log";
import { listNames } from "./checkpoint/files";

export interface GarbageOptions {
  /** Directory of all agents' sandboxes, `<work_dir>/slaves`. */
  sandboxes: string;
  /** Flag gc_delay. */
  delayMs: number;
  /** Flag gc_disk_headroom, a share of the disk. */
  headroom: number;
  /** The sandboxes of tasks that are not completed. */
  inUse(): ReadonlySet<string>;
  log: Logger;
}

/** The age at which sandboxes go: less the fuller the disk is (a share from 0 to 1). */
export function maxAgeMs(delayMs: number, headroom: number, diskUsage: number): number {
  return delayMs * Math.max(0, 1 - headroom - diskUsage);
}

/** Removes old sandboxes of completed tasks, of this and earlier lives of the agent. */
export class SandboxGarbage {
  removed = 0;
  failed = 0;
  /** Completed sandboxes that are still there, as of the last sweep. */
  pending = 0;
  /** Age in milliseconds, as of the last sweep. */
  maxAgeMs: number;

  constructor(private readonly options: GarbageOptions) {
    this.maxAgeMs = options.delayMs;
  }

  async sweep(): Promise<void> {
    const { sandboxes, delayMs, headroom, inUse, log } = this.options;
    this.maxAgeMs = maxAgeMs(delayMs, headroom, await diskUsage(this.options.sandboxes));
    this.pending = 0;
    const kept = inUse();
    for (const sandbox of runDirectories(sandboxes)) {
      if (kept.has(sandbox)) {
        continue;
      }
      if (Date.now() - (await stat(sandbox)).mtimeMs < this.maxAgeMs) {
        this.pending++;
        continue;
      }
      try {
        await rm(sandbox, { recursive: true, force: true });
        this.removed++;
      } catch (error) {
        this.failed++;
        log.warn({ sandbox, error: (error as Error).message }, "a sandbox cannot be removed");
      }
    }
  }
}

async function diskUsage(path: string): Promise<number> {
  const { blocks, bavail } = await statfs(path);
  return 1 - bavail / blocks;
}

/** `<agent>/frameworks/<framework>/executors/<executor>/runs/<container>` */
function runDirectories(sandboxes: string): string[] {
  const below = (path: string, ...names: string[]) =>
    listNames(join(path, ...names)).map((name) => join(path, ...names, name));
  return below(sandboxes)
    .flatMap((agent) => below(agent, "frameworks"))
    .flatMap((framework) => below(framework, "executors"))
    .flatMap((executor) => below(executor, "runs"))
    .filter((run) => !run.endsWith("/latest"));
}
