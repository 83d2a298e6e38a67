import {
  type Attribute,
  type FrameworkInfo,
  isTerminal,
  type Resource,
  type Task,
  type TaskInfo,
} from "@drover/lib/mesos/types";
import { amounts, reservationRole, reservedAmounts, unreserved } from "../resources/amounts";
import { UNRESERVED } from "../resources/parse";
import { formatRanges } from "../resources/values";
import type { FrameworkTasks } from "../tasks/task-registry";
import { type TrackedTask, toTask } from "../tasks/tracked-task";
import { allocationRole, executorName, executorResources } from "./executor-view";

/** The abilities that upstream's agents announce, less those that need operations or resource providers. */
export const CAPABILITIES = [
  "MULTI_ROLE",
  "HIERARCHICAL_ROLE",
  "RESERVATION_REFINEMENT",
  "AGENT_DRAINING",
  "TASK_RESOURCE_LIMITS",
];

/** Everything `/state` says about the agent's resources. */
export function resourcesView(total: readonly Resource[], active: readonly TrackedTask[]): Record<string, unknown> {
  const allocated = active.flatMap(({ taskRun }) => resourcesInUse(taskRun.run.task));
  const shown = unreserved(total).map((resource) => ({ ...resource, role: UNRESERVED }));
  return {
    resources: amounts(total),
    reserved_resources: reservedAmounts(total),
    unreserved_resources: amounts(unreserved(total)),
    reserved_resources_full: byRole(total.filter((resource) => reservationRole(resource) !== UNRESERVED)),
    unreserved_resources_full: shown,
    reserved_resources_allocated: reservedAmounts(allocated),
    unreserved_resources_allocated: amounts(unreserved(allocated)),
    resource_providers: [],
  };
}

/** What a task takes on this agent, its executor's share included. */
export function resourcesInUse(task: TaskInfo): Resource[] {
  return [...(task.resources ?? []), ...executorResources(task)];
}

/** Attributes by name: numbers as numbers, ranges and sets as text. */
export function attributesView(attributes: readonly Attribute[] = []): Record<string, number | string> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(attribute)]));
}

/** One entry of `frameworks` or `completed_frameworks`. */
export function frameworkView(framework: FrameworkTasks, agentId: string): Record<string, unknown> {
  const active = [...framework.tasks.values()];
  return {
    ...frameworkFields(framework.info),
    executors: active.map((tracked) => executorView(tracked, agentId)),
    completed_executors: framework.completed.map((tracked) => executorView(tracked, agentId)),
  };
}

function byRole(reserved: readonly Resource[]): Record<string, Resource[]> {
  const roles = [...new Set(reserved.map(reservationRole))];
  return Object.fromEntries(roles.map((role) => [role, reserved.filter((r) => reservationRole(r) === role)]));
}

function frameworkFields(info: FrameworkInfo): Record<string, unknown> {
  const multiRole = info.capabilities?.some(({ type }) => type === "MULTI_ROLE") ?? false;
  return {
    id: info.id?.value,
    name: info.name,
    user: info.user,
    failover_timeout: info.failover_timeout ?? 0,
    checkpoint: info.checkpoint ?? false,
    hostname: info.hostname ?? "",
    ...(info.principal && { principal: info.principal }),
    ...(multiRole ? { roles: info.roles ?? [] } : { role: info.role ?? UNRESERVED }),
  };
}

function executorView(tracked: TrackedTask, agentId: string): Record<string, unknown> {
  const { run } = tracked.taskRun;
  const task = toTask(tracked, agentId);
  const role = allocationRole(run);
  const ended = isTerminal(task.state);
  const queued = task.state === "TASK_STAGING";
  const completed = ended && tracked.updates.isDone;
  return {
    id: run.executorId,
    name: executorName(run.task),
    source: run.executorId,
    container: run.containerId,
    directory: run.sandbox,
    resources: amounts(ended ? executorResources(run.task) : resourcesInUse(run.task)),
    role,
    tasks: queued || completed ? [] : [taskView(task, role)],
    queued_tasks: queued ? [taskView(task, role)] : [],
    completed_tasks: completed ? [taskView(task, role)] : [],
  };
}

function taskView(task: Task, role: string): Record<string, unknown> {
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: "",
    slave_id: task.agent_id.value,
    state: task.state,
    resources: amounts(task.resources),
    ...(task.limits && { limits: limitsView(task.limits) }),
    role,
    statuses: task.statuses.map(({ state, timestamp, labels, container_status, healthy }) => ({
      state,
      timestamp,
      ...(labels && { labels: labels.labels }),
      ...(container_status && { container_status: { ...container_status, executor_pid: undefined } }),
      ...(healthy !== undefined && { healthy }),
    })),
    ...(task.labels && { labels: task.labels.labels }),
    ...(task.discovery && { discovery: task.discovery }),
    ...(task.container && { container: task.container }),
    ...(task.health_check && { health_check: task.health_check }),
  };
}

function limitsView(limits: NonNullable<Task["limits"]>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, value]));
}

function attributeValue({ scalar, ranges, set, text }: Attribute): number | string {
  if (ranges !== undefined) {
    return formatRanges(ranges.range);
  }
  return scalar?.value ?? text?.value ?? `{${set?.item.join(", ")}}`;
}
