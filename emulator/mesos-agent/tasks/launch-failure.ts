import { formatDurationMs } from "@drover/lib/duration";
import type { TaskState, TaskStatus } from "@drover/lib/mesos/types";
import { DroppedTaskError, InvalidTaskError } from "../launch-error";

/** Why a launch is given up, as reason of an AbortSignal. */
export class LaunchAborted extends Error {
  constructor(readonly by: "kill" | "timeout") {
    super(`launch aborted by ${by}`);
  }
}

type Failure = { state: TaskState } & Pick<TaskStatus, "message" | "reason">;

/**
 * The status of a task that failed before it was starting, in upstream's states, reasons and words.
 * @param limitMs flag executor_registration_timeout
 */
export function launchFailure(error: unknown, partitionAware: boolean, limitMs: number): Failure {
  const { message } = error as Error;
  if (error instanceof LaunchAborted) {
    return error.by === "kill"
      ? {
          state: "TASK_KILLED",
          reason: "REASON_TASK_KILLED_DURING_LAUNCH",
          message: "Killed before delivery to the executor",
        }
      : {
          state: "TASK_FAILED",
          reason: "REASON_EXECUTOR_REGISTRATION_TIMEOUT",
          message: `Executor did not register within ${formatDurationMs(limitMs)}`,
        };
  }
  if (error instanceof InvalidTaskError) {
    return { state: "TASK_ERROR", reason: "REASON_TASK_INVALID", message };
  }
  if (error instanceof DroppedTaskError) {
    return { state: partitionAware ? "TASK_DROPPED" : "TASK_LOST", reason: error.reason, message };
  }
  return {
    state: "TASK_FAILED",
    reason: "REASON_CONTAINER_LAUNCH_FAILED",
    message: `Failed to launch container: ${message}`,
  };
}
