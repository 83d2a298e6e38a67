import type { Reason } from "@drover/lib/mesos/types";

/** A task that cannot be launched; the message goes to its framework (TASK_FAILED). */
export class LaunchError extends Error {}

/** A task that makes no sense to this agent at all (TASK_ERROR, REASON_TASK_INVALID). */
export class InvalidTaskError extends Error {}

/** A task that the agent gives up before anything of it exists (TASK_DROPPED, TASK_LOST for old frameworks). */
export class DroppedTaskError extends Error {
  constructor(
    readonly reason: Reason,
    message: string,
  ) {
    super(message);
  }
}
