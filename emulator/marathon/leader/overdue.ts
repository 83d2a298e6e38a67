import type { Instance } from "../model/instance";

export interface LaunchLimits {
  /** Time for a task to run, `--task_launch_timeout`. */
  launchMs: number;
  /** Time for Mesos to tell of a task at all, `--task_launch_confirm_timeout`. */
  confirmMs: number;
}

/** `lost`: Mesos never heard of the task; `late`: it did, but the task does not come to run. */
export function overdue(instance: Instance, limits: LaunchLimits, nowMs: number): "lost" | "late" | undefined {
  const isStaging = instance.state === "TASK_STAGING" || instance.state === "TASK_STARTING";
  if (!isStaging || instance.goal === "stop") return undefined;
  const waitedMs = nowMs - Date.parse(instance.stagedAt);
  if (!instance.isConfirmed && waitedMs >= limits.confirmMs) return "lost";
  return waitedMs >= limits.launchMs ? "late" : undefined;
}
