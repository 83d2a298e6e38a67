import type { App } from "@drover/lib/marathon/types";
import type { Leader } from "../leader/leader";
import type { Instance } from "../model/instance";

/** A task without any result counts as neither healthy nor unhealthy. */
export function taskCounts(
  leader: Leader,
  instances: readonly Instance[],
): Pick<App, "tasksStaged" | "tasksRunning" | "tasksHealthy" | "tasksUnhealthy"> {
  const running = instances.filter(({ state, goal }) => state === "TASK_RUNNING" && goal === "run");
  const withHealth = (wanted: boolean) => running.filter(({ id }) => leader.health.isHealthy(id) === wanted).length;
  return {
    tasksStaged: instances.filter(({ state }) => state === "TASK_STAGING" || state === "TASK_STARTING").length,
    tasksRunning: running.length,
    tasksHealthy: withHealth(true),
    tasksUnhealthy: withHealth(false),
  };
}
