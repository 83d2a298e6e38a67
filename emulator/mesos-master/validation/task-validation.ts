import type { ExecutorInfo, TaskInfo } from "@drover/lib/mesos/types";
import type { Agent, Framework } from "../model";
import { Resources } from "../resources/resources";
import { idProblem } from "./id-validation";

/**
 * What is wrong with a task that is to be launched, in upstream's words where upstream has the rule.
 * @param available what is left of the offers
 */
export function taskProblem(
  task: TaskInfo,
  framework: Framework,
  agent: Agent,
  role: string,
  available: Resources,
): string | undefined {
  const id = task.task_id.value;
  const badId = idProblem(id);
  if (badId !== undefined) {
    return badId;
  }
  if (framework.tasks.has(id) || framework.unreachableTasks.has(id)) {
    return `Task has duplicate ID: ${id}`;
  }
  if (task.agent_id.value !== agent.id) {
    return `Task uses invalid agent ${task.agent_id.value} while agent ${agent.id} is expected`;
  }
  if ((task.command === undefined) === (task.executor === undefined)) {
    return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
  }
  if (task.executor !== undefined) {
    return "Task uses an executor of its own; this master launches tasks with 'command', and groups on the default executor";
  }
  return ownProblem(task) ?? resourceProblem(task, role, available);
}

/**
 * What is wrong with a task group, which is launched whole or not at all.
 * @param taken what the executor has already, when it runs
 */
export function groupProblem(
  executor: ExecutorInfo,
  tasks: readonly TaskInfo[],
  framework: Framework,
  agent: Agent,
  role: string,
  available: Resources,
  taken: Resources | undefined,
): string | undefined {
  if (executor.type !== "DEFAULT") {
    return "'ExecutorInfo.type' must be 'DEFAULT' for a task group on this master";
  }
  if (executor.command !== undefined) {
    return "'ExecutorInfo.command' must not be set for 'DEFAULT' executor";
  }
  const badExecutor = idProblem(executor.executor_id.value);
  if (badExecutor !== undefined) {
    return badExecutor;
  }
  if (tasks.length === 0) {
    return "Task group cannot be empty";
  }
  const ids = tasks.map(({ task_id }) => task_id.value);
  for (const task of tasks) {
    const problem = groupedProblem(task, ids, framework, agent);
    if (problem !== undefined) {
      return `Task '${task.task_id.value}' is invalid: ${problem}`;
    }
  }
  return groupResourceProblem(executor, tasks, role, available, taken);
}

function groupedProblem(
  task: TaskInfo,
  ids: readonly string[],
  framework: Framework,
  agent: Agent,
): string | undefined {
  const id = task.task_id.value;
  if (framework.tasks.has(id) || framework.unreachableTasks.has(id) || ids.filter((each) => each === id).length > 1) {
    return `Task has duplicate ID: ${id}`;
  }
  if (task.agent_id.value !== agent.id) {
    return `Task uses invalid agent ${task.agent_id.value} while agent ${agent.id} is expected`;
  }
  if (task.executor !== undefined) {
    return "'TaskInfo.executor' must not be set";
  }
  if (task.container?.type === "DOCKER") {
    return "Docker ContainerInfo is not supported on the task";
  }
  return idProblem(id) ?? ownProblem(task);
}

function groupResourceProblem(
  executor: ExecutorInfo,
  tasks: readonly TaskInfo[],
  role: string,
  available: Resources,
  taken: Resources | undefined,
): string | undefined {
  try {
    const own = taken ? Resources.none : Resources.of(executor.resources);
    const wanted = Resources.sum([own, ...tasks.map(({ resources }) => Resources.of(resources))]);
    return available.contains(wanted)
      ? undefined
      : `Total resources ${wanted.describe(role)} required by task group and its executor are more than available ${available.describe(role)}`;
  } catch (error) {
    return `Task group uses invalid resources: ${(error as Error).message}`;
  }
}

function ownProblem(task: TaskInfo): string | undefined {
  return policyProblem(task) ?? containerProblem(task) ?? healthCheckProblem(task);
}

function resourceProblem(task: TaskInfo, role: string, available: Resources): string | undefined {
  try {
    const wanted = Resources.of(task.resources);
    if (wanted.isEmpty) {
      return "Task uses no resources";
    }
    if (task.resources?.some(({ allocation_info }) => (allocation_info?.role ?? role) !== role)) {
      return `Task uses resources that are not allocated to role '${role}' of the offer`;
    }
    return available.contains(wanted)
      ? undefined
      : `Total resources ${wanted.describe(role)} required by task and its executor is more than available ${available.describe(role)}`;
  } catch (error) {
    return `Task uses invalid resources: ${(error as Error).message}`;
  }
}

function policyProblem(task: TaskInfo): string | undefined {
  if ((task.kill_policy?.grace_period?.nanoseconds ?? 0) < 0) {
    return "Task's 'kill_policy.grace_period' must be non-negative";
  }
  return (task.max_completion_time?.nanoseconds ?? 0) < 0
    ? "Task's 'max_completion_time' must be non-negative"
    : undefined;
}

function containerProblem({ container }: TaskInfo): string | undefined {
  if (container?.type === "DOCKER" && container.docker === undefined) {
    return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
  }
  return undefined;
}

function healthCheckProblem({ health_check: check }: TaskInfo): string | undefined {
  if (check === undefined) {
    return undefined;
  }
  if (check.type === undefined) {
    return "Task uses invalid health check: HealthCheck must specify 'type'";
  }
  const field = check.type.toLowerCase() as "command" | "http" | "tcp";
  if (check[field] === undefined) {
    return `Task uses invalid health check: Expecting '${field}' to be set for ${check.type} health check`;
  }
  const seconds = ["delay_seconds", "interval_seconds", "timeout_seconds", "grace_period_seconds"] as const;
  const negative = seconds.find((name) => (check[name] ?? 0) < 0);
  return negative && `Task uses invalid health check: Expecting '${negative}' to be non-negative`;
}
