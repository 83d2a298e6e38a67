import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import type { AgentInfo, ExecutorInfo, FrameworkInfo, Resource, TaskInfo } from "@drover/lib/mesos/types";
import type { UpdateLogEntry } from "../updates/update-stream";
import { appendJsonLine, listNames, readJson, readJsonLines, readText, writeJson } from "./files";
import { NESTED, RUN_FILES, type RunId, type WorkPaths } from "./paths";

/** A run as an earlier life of the agent left it. */
export interface RecoveredRun extends RunId {
  task: TaskInfo;
  log: UpdateLogEntry[];
}

/** What is kept of a default executor. */
export interface ExecutorRecord {
  executor: ExecutorInfo;
  groups: string[][];
}

export interface RecoveredPod extends RunId, ExecutorRecord {
  runs: RecoveredRun[];
}

export interface RecoveredFramework {
  info: FrameworkInfo;
  runs: RecoveredRun[];
  pods: RecoveredPod[];
}

/** What the agent must remember over a restart, in files below `work_dir/meta`. */
export class Checkpoint {
  constructor(readonly paths: WorkPaths) {}

  /** The agent as it registered last, with its id; undefined for a new one. */
  latestAgent(): AgentInfo | undefined {
    const target = readLink(this.paths.latestAgent);
    return target === undefined ? undefined : readJson<AgentInfo>(this.paths.agentInfo(basename(target)));
  }

  /** Keeps the registered agent and makes it the latest. */
  saveAgent(info: AgentInfo & { id: { value: string } }): void {
    const id = info.id.value;
    writeJson(this.paths.agentInfo(id), info);
    if (readLink(this.paths.latestAgent) !== id) {
      const temporary = `${this.paths.latestAgent}.tmp`;
      rmSync(temporary, { force: true });
      symlinkSync(id, temporary);
      renameSync(temporary, this.paths.latestAgent);
    }
  }

  /** Gives up the old identity: the next registration is a new agent. */
  forgetAgent(): void {
    rmSync(this.paths.latestAgent, { force: true });
  }

  /** True when the machine has booted since the last call on this work directory. */
  noteBoot(bootId: string): boolean {
    const before = readText(this.paths.bootId)?.trim();
    if (before !== bootId) {
      writeJson(this.paths.bootId, bootId);
    }
    return before !== undefined && before !== JSON.stringify(bootId);
  }

  /** Dynamic reservations and persistent volumes. */
  resources(): Resource[] {
    return readJson<Resource[]>(this.paths.resourcesInfo) ?? [];
  }

  saveResources(resources: readonly Resource[]): void {
    writeJson(this.paths.resourcesInfo, resources);
  }

  saveFramework(agentId: string, info: FrameworkInfo & { id: { value: string } }): void {
    writeJson(this.paths.frameworkInfo(agentId, info.id.value), info);
  }

  removeFramework(agentId: string, frameworkId: string): void {
    rmSync(this.paths.frameworkMeta(agentId, frameworkId), { recursive: true, force: true });
  }

  saveExecutor(agentId: string, run: RunId, record: ExecutorRecord): void {
    writeJson(join(this.paths.runMeta(agentId, run), RUN_FILES.executor), record);
  }

  saveRun(agentId: string, run: RunId, task: TaskInfo): void {
    writeJson(join(this.paths.runMeta(agentId, run), RUN_FILES.task), task);
  }

  /** Adds to the update log of a run. */
  logUpdate(agentId: string, run: RunId, entry: UpdateLogEntry): void {
    const directory = this.paths.runMeta(agentId, run);
    mkdirSync(directory, { recursive: true });
    appendJsonLine(join(directory, RUN_FILES.updates), entry);
  }

  removeRun(agentId: string, run: RunId): void {
    rmSync(this.paths.runMeta(agentId, run), { recursive: true, force: true });
  }

  /** Everything that was not finished. */
  recover(agentId: string): RecoveredFramework[] {
    const frameworks: RecoveredFramework[] = [];
    for (const frameworkId of listNames(this.paths.frameworksMeta(agentId))) {
      const info = readJson<FrameworkInfo>(this.paths.frameworkInfo(agentId, frameworkId));
      if (info !== undefined) {
        frameworks.push({ info, ...this.recoverRuns(agentId, frameworkId) });
      }
    }
    return frameworks;
  }

  private recoverRuns(agentId: string, frameworkId: string): Pick<RecoveredFramework, "runs" | "pods"> {
    const executors = join(this.paths.frameworkMeta(agentId, frameworkId), "executors");
    const runs: RecoveredRun[] = [];
    const pods: RecoveredPod[] = [];
    for (const executorId of listNames(executors)) {
      for (const containerId of listNames(join(executors, executorId, "runs"))) {
        const id = { frameworkId, executorId, containerId };
        const directory = this.paths.runMeta(agentId, id);
        const record = readJson<ExecutorRecord>(join(directory, RUN_FILES.executor));
        if (record !== undefined) {
          const nested = listNames(join(directory, NESTED)).map((name) => ({
            ...{ frameworkId, executorId, containerId: name, parentId: containerId },
          }));
          pods.push({ ...id, ...record, runs: nested.flatMap((run) => this.recoverRun(agentId, run)) });
        }
        runs.push(...this.recoverRun(agentId, id));
      }
    }
    return { runs, pods };
  }

  private recoverRun(agentId: string, id: RunId): RecoveredRun[] {
    const directory = this.paths.runMeta(agentId, id);
    const task = readJson<TaskInfo>(join(directory, RUN_FILES.task));
    return task === undefined ? [] : [{ ...id, task, log: recoverLog(join(directory, RUN_FILES.updates)) }];
  }
}

/** Reads an update log and cuts off a torn last line, so that the next entry starts on a line of its own. */
function recoverLog(path: string): UpdateLogEntry[] {
  const text = readText(path);
  if (text === undefined) {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) {
    truncateSync(path, Buffer.byteLength(whole));
  }
  return readJsonLines<UpdateLogEntry>(path);
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
