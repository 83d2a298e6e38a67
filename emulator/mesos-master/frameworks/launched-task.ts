import type { Task, TaskInfo, Value } from "@drover/lib/mesos/types";
import type { Framework } from "../model";

/** What the master keeps of a launched task. */
export function taskOf(info: TaskInfo, framework: Framework, executorId?: Value): Task {
  const { labels, discovery, container, health_check, kill_policy, max_completion_time, limits } = info;
  const optional = { labels, discovery, container, health_check, kill_policy, max_completion_time, limits };
  const user = info.command?.user;
  return {
    name: info.name,
    task_id: info.task_id,
    framework_id: { value: framework.id },
    ...(executorId ? { executor_id: executorId } : {}),
    agent_id: info.agent_id,
    state: "TASK_STAGING",
    resources: info.resources ?? [],
    statuses: [],
    ...(user === undefined ? {} : { user }),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
