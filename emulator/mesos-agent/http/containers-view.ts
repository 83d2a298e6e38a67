import type { Usage } from "../container";
import { scalarSum } from "../resources/amounts";
import { type ExecutorEntry, executorResourcesInUse, executorsOf } from "../tasks/executors";
import { containerIdOf } from "../tasks/status";
import type { TaskRegistry } from "../tasks/task-registry";
import type { TrackedTask } from "../tasks/tracked-task";

const MB = 1024 * 1024;

/** `statistics` of the legacy endpoints, `resource_statistics` of the operator API. */
type Statistics = Record<string, number>;

/** One executor's container with what is used in it. */
export interface ContainerSample {
  executor: ExecutorEntry;
  statistics: Statistics;
  pid?: number;
}

/** Measures the containers of all executors. */
export function sampleContainers(registry: TaskRegistry): ContainerSample[] {
  return [...registry.frameworks.values()].flatMap((framework) =>
    executorsOf(framework).active.flatMap((executor) => sample(executor) ?? []),
  );
}

/** One entry of `/monitor/statistics`. */
export function statisticsView({ executor, statistics }: ContainerSample): Record<string, unknown> {
  const { info } = executor;
  return {
    executor_id: info.executor_id.value,
    executor_name: info.name ?? "",
    framework_id: info.framework_id?.value,
    source: info.source ?? "",
    statistics,
  };
}

/** One entry of `/containers`. */
export function containerView(container: ContainerSample): Record<string, unknown> {
  return {
    container_id: container.executor.containerId,
    ...statisticsView(container),
    status: status({ value: container.executor.containerId }, container.pid),
  };
}

/** One entry of `get_containers`. */
export function operatorContainerView(container: ContainerSample): Record<string, unknown> {
  const { info, containerId } = container.executor;
  return {
    framework_id: info.framework_id,
    executor_id: info.executor_id,
    executor_name: info.name ?? "",
    container_id: { value: containerId },
    container_status: status({ value: containerId }, container.pid),
    resource_statistics: container.statistics,
  };
}

/** The entries of `get_containers` for the containers of task groups (`show_nested`). */
export function nestedContainerViews(registry: TaskRegistry): Record<string, unknown>[] {
  const nested = registry.all().filter(({ taskRun, pod }) => pod !== undefined && taskRun.running !== undefined);
  return nested.map(({ taskRun: { run, running } }) => ({
    container_id: { value: run.containerId },
    container_status: status(containerIdOf(run), running?.pid),
    resource_statistics: { timestamp: Date.now() / 1000, ...limits(run.task.resources ?? [], true) },
  }));
}

function status(id: { value: string }, pid: number | undefined): Record<string, unknown> {
  return { container_id: id, ...(pid !== undefined && { executor_pid: pid }) };
}

function sample(executor: ExecutorEntry): ContainerSample | undefined {
  const running = executor.members.flatMap(({ taskRun }) => taskRun.running ?? []);
  if (running.length === 0) {
    return undefined;
  }
  const [first] = executor.members;
  const pid = first?.pod === undefined ? running[0]?.pid : undefined;
  const isProcess = pid !== undefined || first?.pod !== undefined;
  const used = running.map((container) => container.usage());
  const sum = (pick: (usage: Usage) => number) => used.reduce((total, usage) => total + pick(usage), 0);
  const statistics = {
    timestamp: Date.now() / 1000,
    cpus_user_time_secs: sum((usage) => usage.cpusUserSeconds),
    cpus_system_time_secs: sum((usage) => usage.cpusSystemSeconds),
    mem_rss_bytes: sum((usage) => usage.memRssBytes),
    ...limits(isProcess ? executorResourcesInUse(executor.info, executor.members) : taskResources(first), isProcess),
  };
  return { executor, statistics, pid };
}

/** The Docker containerizer counts the task alone, without its executor. */
function taskResources(tracked: TrackedTask | undefined) {
  return tracked?.taskRun.run.task.resources ?? [];
}

function limits(resources: Parameters<typeof scalarSum>[0], isProcess: boolean): Statistics {
  const memoryBytes = scalarSum(resources, "mem") * MB;
  return {
    cpus_soft_limit: scalarSum(resources, "cpus"),
    mem_limit_bytes: memoryBytes,
    ...(isProcess && { mem_soft_limit_bytes: memoryBytes }),
  };
}
