import { type Attribute, type FrameworkInfo, isTerminal, type Resource, type Task } from "@drover/lib/mesos/types";
import { amounts, reservationRole, reservedAmounts, unreserved } from "../resources/amounts";
import { UNRESERVED } from "../resources/parse";
import { formatRanges } from "../resources/values";
import { type ExecutorEntry, executorResourcesInUse, executorsOf } from "../tasks/executors";
import type { FrameworkTasks } from "../tasks/task-registry";
import { toTask } from "../tasks/tracked-task";

/** Everything `/state` says about the agent's resources. */
export function resourcesView(total: readonly Resource[], allocated: readonly Resource[]): Record<string, unknown> {
  return {
    resources: amounts(total),
    reserved_resources: reservedAmounts(total),
    unreserved_resources: amounts(unreserved(total)),
    reserved_resources_full: byRole(total.filter((resource) => reservationRole(resource) !== UNRESERVED)),
    unreserved_resources_full: unreserved(total).map(withOldSpelling),
    reserved_resources_allocated: reservedAmounts(allocated),
    unreserved_resources_allocated: amounts(unreserved(allocated)),
    resource_providers: [],
  };
}

/** Attributes by name: numbers as numbers, ranges and sets as text. */
export function attributesView(attributes: readonly Attribute[] = []): Record<string, number | string> {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeValue(attribute)]));
}

/** One entry of `frameworks` or `completed_frameworks`. */
export function frameworkView(framework: FrameworkTasks, agentId: string): Record<string, unknown> {
  const { active, completed } = executorsOf(framework);
  return {
    ...frameworkFields(framework.info),
    executors: active.map((executor) => executorView(executor, agentId)),
    completed_executors: completed.map((executor) => executorView(executor, agentId)),
  };
}

function byRole(reserved: readonly Resource[]): Record<string, Resource[]> {
  const roles = [...new Set(reserved.map(reservationRole))];
  const inRole = (role: string) => reserved.filter((resource) => reservationRole(resource) === role);
  return Object.fromEntries(roles.map((role) => [role, inRole(role).map(withOldSpelling)]));
}

/** Adds `role` and `reservation`, which clients of the time before hierarchical reservations read. */
function withOldSpelling(resource: Resource): Resource {
  const { reservations = [], disk, ...rest } = resource;
  const [last] = reservations.slice(-1);
  const { type, role, ...reservation } = last ?? {};
  return {
    ...rest,
    role: role ?? UNRESERVED,
    ...(type === "DYNAMIC" && { reservation }),
    ...(reservations.length > 0 && { reservations }),
    ...(disk && { disk }),
  };
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

function executorView({ info, role, containerId, sandbox, members }: ExecutorEntry, agentId: string) {
  const tasks = members.map((tracked) => ({ tracked, task: toTask(tracked, agentId) }));
  const isQueued = ({ task }: { task: Task }) => task.state === "TASK_STAGING";
  const hasEnded = ({ task, tracked }: (typeof tasks)[number]) => isTerminal(task.state) || tracked.updates.isDone;
  const view = (chosen: typeof tasks) => chosen.map(({ task }) => taskView(task, role));
  return {
    id: info.executor_id.value,
    name: info.name ?? "",
    source: info.source ?? "",
    container: containerId,
    directory: sandbox,
    resources: amounts(executorResourcesInUse(info, members)),
    role,
    ...(info.labels && { labels: info.labels.labels }),
    ...(info.type && { type: info.type }),
    tasks: view(tasks.filter((each) => !isQueued(each) && !hasEnded(each))),
    queued_tasks: view(tasks.filter(isQueued)),
    completed_tasks: view(tasks.filter(hasEnded)),
  };
}

function taskView(task: Task, role: string): Record<string, unknown> {
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: task.executor_id?.value ?? "",
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
