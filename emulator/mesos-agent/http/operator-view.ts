import { isTerminal, type Task } from "@drover/lib/mesos/types";
import { type ExecutorEntry, executorsOf } from "../tasks/executors";
import type { FrameworkTasks, TaskRegistry } from "../tasks/task-registry";
import { toTask } from "../tasks/tracked-task";

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
  const frameworks = everyFramework(registry).map(executorsOf);
  const view = ({ info }: ExecutorEntry) => ({ executor_info: info });
  return {
    executors: frameworks.flatMap(({ active }) => active.map(view)),
    completed_executors: frameworks.flatMap(({ completed }) => completed.map(view)),
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
