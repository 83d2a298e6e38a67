import type { Task } from "@drover/lib/mesos/types";
import type { Pod } from "../pods/pod";
import type { UpdateStream } from "../updates/update-stream";
import type { TaskRun } from "./task-run";

/** A task with its updates on their way to the scheduler. */
export interface TrackedTask {
  taskRun: TaskRun;
  updates: UpdateStream;
  /** The executor of its task group. */
  pod?: Pod;
}

/** The task as masters and the operator API see it. Like upstream's, one outside a group names no executor. */
export function toTask({ taskRun, updates, pod }: TrackedTask, agentId: string): Task {
  const { task, frameworkId } = taskRun.run;
  const newest = updates.outstanding ?? taskRun.statuses.at(-1);
  const user = task.command?.user;
  return {
    name: task.name,
    task_id: task.task_id,
    framework_id: { value: frameworkId },
    ...(pod && { executor_id: pod.info.executor.executor_id }),
    agent_id: { value: agentId },
    state: taskRun.state,
    resources: task.resources ?? [],
    statuses: taskRun.statuses,
    ...(newest && { status_update_state: newest.state, status_update_uuid: newest.uuid }),
    ...(task.limits && { limits: task.limits }),
    ...(task.labels && { labels: task.labels }),
    ...(task.discovery && { discovery: task.discovery }),
    ...(task.container && { container: task.container }),
    ...(task.health_check && { health_check: task.health_check }),
    ...(task.kill_policy && { kill_policy: task.kill_policy }),
    ...(task.max_completion_time && { max_completion_time: task.max_completion_time }),
    ...(user && { user }),
  };
}
