import type { FrameworkInfo } from "@drover/lib/mesos/types";
import type { Pod } from "../pods/pod";
import type { TrackedTask } from "./tracked-task";

const MAX_COMPLETED_FRAMEWORKS = 50;

/** A framework with tasks on this agent. */
export interface FrameworkTasks {
  info: FrameworkInfo & { id: { value: string } };
  /** Tasks that run or whose last update is not acknowledged, by task id. */
  tasks: Map<string, TrackedTask>;
  /** Executors of task groups that have not ended, by executor id. */
  pods: Map<string, Pod>;
  /** Oldest first. */
  completed: TrackedTask[];
}

/** The frameworks and tasks of an agent: those it works on, and the last ones it has done with. */
export class TaskRegistry {
  readonly frameworks = new Map<string, FrameworkTasks>();
  readonly completedFrameworks: FrameworkTasks[] = [];

  /** @param maxCompletedPerFramework flag max_completed_executors_per_framework */
  constructor(private readonly maxCompletedPerFramework: number) {}

  /** Adds a framework, or replaces its info. */
  putFramework(info: FrameworkTasks["info"]): FrameworkTasks {
    const known = this.frameworks.get(info.id.value);
    if (known !== undefined) {
      known.info = info;
      for (const { taskRun } of known.tasks.values()) {
        taskRun.run.framework = info;
      }
      return known;
    }
    const earlier = this.completedFrameworks.findIndex((framework) => framework.info.id.value === info.id.value);
    const completed = this.completedFrameworks.splice(earlier, earlier === -1 ? 0 : 1)[0]?.completed ?? [];
    const framework: FrameworkTasks = { info, tasks: new Map(), pods: new Map(), completed };
    this.frameworks.set(info.id.value, framework);
    return framework;
  }

  find(frameworkId: string, taskId: string): TrackedTask | undefined {
    return this.frameworks.get(frameworkId)?.tasks.get(taskId);
  }

  /** Every task that is not completed. */
  all(): TrackedTask[] {
    return [...this.frameworks.values()].flatMap(({ tasks }) => [...tasks.values()]);
  }

  /** Moves a task to the completed ones. @returns true when its framework has no task left here */
  complete(frameworkId: string, taskId: string): boolean {
    const framework = this.frameworks.get(frameworkId);
    const tracked = framework?.tasks.get(taskId);
    if (framework === undefined || tracked === undefined) {
      return false;
    }
    framework.tasks.delete(taskId);
    framework.completed.push(tracked);
    framework.completed.splice(0, framework.completed.length - this.maxCompletedPerFramework);
    if (framework.tasks.size > 0) {
      return false;
    }
    this.frameworks.delete(frameworkId);
    this.completedFrameworks.push(framework);
    this.completedFrameworks.splice(0, this.completedFrameworks.length - MAX_COMPLETED_FRAMEWORKS);
    return true;
  }
}
