import type { TaskState } from "@drover/lib/mesos/types";
import type { Instance } from "../model/instance";
import { launchOf } from "../placement/task-id";

/** Ends of a launch that never came about: refused by Mesos, or lost on its way so that the agent knows no such task. */
const notLaunched: readonly TaskState[] = ["TASK_ERROR", "TASK_DROPPED", "TASK_GONE"];

/**
 * What stays of an instance when its task has ended in a state: with volumes it waits for its next task. Only a user's
 * `wipe`, an operator who says that the agent is gone, and the end of its app give volumes up.
 * @returns undefined when nothing stays
 */
export function reservedAfter(instance: Instance, state: TaskState, isAppWanted: boolean): Instance | undefined {
  if (instance.volumes === undefined || instance.wipe || !isAppWanted) return undefined;
  if (state === "TASK_GONE_BY_OPERATOR") return undefined;
  // The volumes are made together with the first launch; once a task has run they hold data.
  const isFirst = launchOf(instance.taskId) === 1 && instance.startedAt === undefined;
  if (isFirst && (!instance.isConfirmed || notLaunched.includes(state))) return undefined;
  return { ...instance, state: "RESERVED", goal: "run" };
}
