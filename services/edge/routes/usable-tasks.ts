import type { App, Task } from "@drover/lib/marathon/types";

/**
 * The tasks that may get requests: running and, where the app has health checks, alive by all of their results.
 * A new Marathon leader knows no results for a while; until it does, a task keeps the standing it had.
 * @param wasUsable whether a task id was usable the last time
 */
export function usableTasks(app: App, wasUsable: (taskId: string) => boolean): Task[] {
  return (app.tasks ?? []).filter((task) => {
    if (task.state !== "TASK_RUNNING") return false;
    if (app.healthChecks.length === 0) return true;
    const results = task.healthCheckResults ?? [];
    return results.length === 0 ? wasUsable(task.id) : results.every((result) => result.alive);
  });
}
