import { scalarSum } from "../resources/amounts";
import type { TaskRegistry } from "../tasks/task-registry";
import type { TrackedTask } from "../tasks/tracked-task";
import { executorName } from "./executor-view";
import { resourcesInUse } from "./state-view";

const MB = 1024 * 1024;

/** `statistics` of the legacy endpoints, `resource_statistics` of the operator API. */
type Statistics = Record<string, number>;

/** One running container with what it uses. */
export interface ContainerSample {
  tracked: TrackedTask;
  statistics: Statistics;
}

/** Measures all running containers. */
export function sampleContainers(registry: TaskRegistry): ContainerSample[] {
  return registry.all().flatMap((tracked) => {
    const statistics = sample(tracked);
    return statistics === undefined ? [] : [{ tracked, statistics }];
  });
}

/** One entry of `/monitor/statistics`. */
export function statisticsView({ tracked, statistics }: ContainerSample): Record<string, unknown> {
  const { run } = tracked.taskRun;
  return {
    executor_id: run.executorId,
    executor_name: executorName(run.task),
    framework_id: run.frameworkId,
    source: run.executorId,
    statistics,
  };
}

/** One entry of `/containers`. */
export function containerView(container: ContainerSample): Record<string, unknown> {
  const { taskRun } = container.tracked;
  return { container_id: taskRun.run.containerId, ...statisticsView(container), status: status(container) };
}

/** One entry of `get_containers`. */
export function operatorContainerView(container: ContainerSample): Record<string, unknown> {
  const { run } = container.tracked.taskRun;
  return {
    framework_id: { value: run.frameworkId },
    executor_id: { value: run.executorId },
    executor_name: executorName(run.task),
    container_id: { value: run.containerId },
    container_status: status(container),
    resource_statistics: container.statistics,
  };
}

function status({ tracked }: ContainerSample): Record<string, unknown> {
  const { run, running } = tracked.taskRun;
  return { container_id: { value: run.containerId }, ...(running?.pid && { executor_pid: running.pid }) };
}

function sample({ taskRun }: TrackedTask): Statistics | undefined {
  const { running, run } = taskRun;
  if (running === undefined) {
    return undefined;
  }
  const usage = running.usage();
  const isProcess = running.pid !== undefined;
  const resources = isProcess ? resourcesInUse(run.task) : (run.task.resources ?? []);
  const memoryBytes = scalarSum(resources, "mem") * MB;
  return {
    timestamp: Date.now() / 1000,
    cpus_user_time_secs: usage.cpusUserSeconds,
    cpus_system_time_secs: usage.cpusSystemSeconds,
    cpus_soft_limit: scalarSum(resources, "cpus"),
    mem_limit_bytes: memoryBytes,
    mem_rss_bytes: usage.memRssBytes,
    ...(isProcess && { mem_soft_limit_bytes: memoryBytes }),
  };
}
