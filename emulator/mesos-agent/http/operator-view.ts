import { isTerminal, type Task } from "@drover/lib/mesos/types";
import type { FrameworkTasks, TaskRegistry } from "../tasks/task-registry";
import { toTask } from "../tasks/tracked-task";
import { executorInfo } from "./executor-view";

/** `get_tasks`: queued before they start, launched while they run, terminated until acknowledged, then completed. */
export function getTasks(registry: TaskRegistry, agentId: string) {
  const active = registry.all().map((tracked) => toTask(tracked, agentId));
  const isQueued = ({ state }: Task) => state === "TASK_STAGING";
  const hasEnded = ({ state }: Task) => isTerminal(state);
  return {
    pending_tasks: [],
    queued_tasks: active.filter(isQueued),
    launched_tasks: active.filter((task) => !isQueued(task) && !hasEnded(task)),
    terminated_tasks: active.filter(hasEnded),
    completed_tasks: everyFramework(registry)
      .flatMap(({ completed }) => completed)
      .map((tracked) => toTask(tracked, agentId)),
  };
}

/** `get_executors` */
export function getExecutors(registry: TaskRegistry) {
  const completed = everyFramework(registry).flatMap((framework) => framework.completed);
  return {
    executors: registry.all().map(({ taskRun }) => ({ executor_info: executorInfo(taskRun.run) })),
    completed_executors: completed.map(({ taskRun }) => ({ executor_info: executorInfo(taskRun.run) })),
  };
}

/** `get_frameworks` */
export function getFrameworks(registry: TaskRegistry) {
  return {
    frameworks: [...registry.frameworks.values()].map(({ info }) => ({ framework_info: info })),
    completed_frameworks: registry.completedFrameworks.map(({ info }) => ({ framework_info: info })),
  };
}

function everyFramework(registry: TaskRegistry): FrameworkTasks[] {
  return [...registry.completedFrameworks, ...registry.frameworks.values()];
}
