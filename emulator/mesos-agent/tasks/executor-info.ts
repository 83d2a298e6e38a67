import type { CommandInfo, ExecutorInfo, Resource, TaskInfo } from "@drover/lib/mesos/types";
import type { Run } from "../container";

/** Upstream shows the first 12 letters of a command that has more than 15. */
const MAX_COMMAND_LETTERS = 15;
const SHOWN_LETTERS = 12;
/** What upstream's executors get on top of their task's grace period. */
const GRACE_MARGIN_NANOSECONDS = 2e9;
const LAUNCHER = "/usr/libexec/mesos";

/** `Command Executor (Task: x) (Command: sh -c 'echo up; sle...')` */
export function executorName(task: TaskInfo): string {
  return `Command Executor (Task: ${task.task_id.value}) (Command: ${commandText(task.command ?? { shell: false })})`;
}

/** What upstream's agent adds for the executor beside a command or Docker task: 0.1 cpus and 32 MB. */
export function executorResources({ resources = [] }: TaskInfo): Resource[] {
  const allocated = resources[0]?.allocation_info;
  const tail = allocated === undefined ? {} : { allocation_info: allocated };
  return [
    { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, ...tail },
    { name: "mem", type: "SCALAR", scalar: { value: 32 }, ...tail },
  ];
}

/** Role that the task's resources are allocated to. */
export function allocationRole({ task, framework }: Run): string {
  const [first] = task.resources ?? [];
  return first?.allocation_info?.role ?? framework.role ?? framework.roles?.[0] ?? "*";
}

/** The executor that upstream's agent makes for a command or Docker task. */
export function executorInfo({ task, frameworkId, executorId }: Run): ExecutorInfo {
  const grace = task.kill_policy?.grace_period?.nanoseconds;
  return {
    executor_id: { value: executorId },
    framework_id: { value: frameworkId },
    command: {
      ...(task.command?.uris && { uris: task.command.uris }),
      shell: false,
      value: `${LAUNCHER}/mesos-executor`,
      arguments: ["mesos-executor", `--launcher_dir=${LAUNCHER}`],
    },
    ...(task.container && { container: task.container }),
    resources: executorResources(task),
    name: executorName(task),
    source: executorId,
    ...(task.discovery && { discovery: task.discovery }),
    ...(grace !== undefined && { shutdown_grace_period: { nanoseconds: grace + GRACE_MARGIN_NANOSECONDS } }),
    ...(task.labels && { labels: task.labels }),
  };
}

function commandText({ shell = true, value, arguments: args = [] }: CommandInfo): string {
  if (shell) {
    return value === undefined ? "NO COMMAND" : `sh -c '${shortened(value)}'`;
  }
  return value === undefined ? "NO EXECUTABLE" : shortened([value, ...args].join(", "));
}

function shortened(text: string): string {
  return text.length > MAX_COMMAND_LETTERS ? `${text.slice(0, SHOWN_LETTERS)}...` : text;
}
