import type { TaskStatus } from "@drover/lib/mesos/types";
import type { TaskRecord } from "../model";

/** A task as `/state` and `/tasks` show it. */
export function taskView({ task, resources, role }: TaskRecord): Record<string, unknown> {
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: task.executor_id?.value ?? "",
    slave_id: task.agent_id.value,
    state: task.state,
    resources: resources.toState(),
    ...(task.limits
      ? { limits: Object.fromEntries(Object.entries(task.limits).map(([name, { value }]) => [name, value])) }
      : {}),
    role,
    statuses: task.statuses.map(statusView),
    ...(task.user === undefined ? {} : { user: task.user }),
    ...(task.labels ? { labels: task.labels.labels } : {}),
    ...(task.discovery ? { discovery: task.discovery } : {}),
    ...(task.container ? { container: task.container } : {}),
    ...(task.health_check ? { health_check: task.health_check } : {}),
  };
}

function statusView(status: TaskStatus): Record<string, unknown> {
  const { state, timestamp, labels, container_status, healthy } = status;
  // The executor's process id is in updates only.
  const { executor_pid: _, ...container } = container_status ?? {};
  return {
    state,
    timestamp,
    ...(labels ? { labels: labels.labels } : {}),
    ...(container_status ? { container_status: container } : {}),
    ...(healthy === undefined ? {} : { healthy }),
  };
}
