import { join } from "node:path";

/** What identifies one run of a task on an agent. For command and Docker tasks the executor id is the task id. */
export interface RunId {
  frameworkId: string;
  executorId: string;
  containerId: string;
  /** The executor's container, when this one is nested in it. */
  parentId?: string;
}

/** The directories below `work_dir`, the same as upstream's. */
export class WorkPaths {
  constructor(readonly workDir: string) {}

  get bootId(): string {
    return join(this.workDir, "meta", "boot_id");
  }

  /** A link to the directory of the agent's id; without it the agent starts as a new one. */
  get latestAgent(): string {
    return join(this.workDir, "meta", "slaves", "latest");
  }

  get resourcesInfo(): string {
    return join(this.workDir, "meta", "resources", "resources.info");
  }

  agentMeta(agentId: string): string {
    return join(this.workDir, "meta", "slaves", agentId);
  }

  agentInfo(agentId: string): string {
    return join(this.agentMeta(agentId), "slave.info");
  }

  frameworksMeta(agentId: string): string {
    return join(this.agentMeta(agentId), "frameworks");
  }

  frameworkMeta(agentId: string, frameworkId: string): string {
    return join(this.frameworksMeta(agentId), frameworkId);
  }

  frameworkInfo(agentId: string, frameworkId: string): string {
    return join(this.frameworkMeta(agentId, frameworkId), "framework.info");
  }

  runMeta(agentId: string, { frameworkId, executorId, ...id }: RunId): string {
    return join(this.frameworkMeta(agentId, frameworkId), "executors", executorId, "runs", containerPath(id));
  }

  get sandboxes(): string {
    return join(this.workDir, "slaves");
  }

  sandbox(agentId: string, { frameworkId, executorId, ...id }: RunId): string {
    const executor = join(this.sandboxes, agentId, "frameworks", frameworkId, "executors", executorId);
    return join(executor, "runs", containerPath(id));
  }
}

/** Name of the folder that holds nested containers. */
export const NESTED = "containers";

function containerPath({ containerId, parentId }: Pick<RunId, "containerId" | "parentId">): string {
  return parentId === undefined ? containerId : join(parentId, NESTED, containerId);
}

/** The files of a run below its meta directory. */
export const RUN_FILES = {
  /** The default executor of task groups, and which tasks were launched together. */
  executor: "executor.info",
  /** The task as it was launched. */
  task: "task.info",
  /** Its status updates and their acknowledgements, one JSON object a line. */
  updates: "task.updates",
  /** Identity of the process of a command task. */
  process: "forked.pid",
  /** Exit status of a command task, written by its supervisor. */
  exitStatus: "exit_status",
} as const;
