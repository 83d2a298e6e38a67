import { type ExecutorInfo, isTerminal, type Resource } from "@drover/lib/mesos/types";
import { allocationRole, executorInfo } from "./executor-info";
import type { FrameworkTasks } from "./task-registry";
import type { TrackedTask } from "./tracked-task";

/** An executor with all tasks it has had: the default one of task groups, or the one beside a command or Docker task. */
export interface ExecutorEntry {
  info: ExecutorInfo;
  role: string;
  containerId: string;
  sandbox: string;
  members: TrackedTask[];
}

/** The executors of a framework: those that are there, and those whose tasks are all completed. */
export function executorsOf({ tasks, completed }: FrameworkTasks): {
  active: ExecutorEntry[];
  completed: ExecutorEntry[];
} {
  const ofActivePod = completed.filter(({ pod }) => pod !== undefined && !pod.hasEnded);
  const rest = completed.filter((tracked) => !ofActivePod.includes(tracked));
  return { active: entries([...tasks.values(), ...ofActivePod]), completed: entries(rest) };
}

/** What an executor takes: its own share and that of its tasks until they end. */
export function executorResourcesInUse(info: ExecutorInfo, members: readonly TrackedTask[]): Resource[] {
  const running = members.filter(({ taskRun, updates }) => !isTerminal(taskRun.state) && !updates.isDone);
  return [...running.flatMap(({ taskRun }) => taskRun.run.task.resources ?? []), ...(info.resources ?? [])];
}

/** What all executors that are there take together. */
export function resourcesInUse(frameworks: Iterable<FrameworkTasks>): Resource[] {
  return [...frameworks].flatMap((framework) =>
    executorsOf(framework).active.flatMap(({ info, members }) => executorResourcesInUse(info, members)),
  );
}

function entries(tasks: readonly TrackedTask[]): ExecutorEntry[] {
  const byContainer = new Map<string, ExecutorEntry>();
  for (const tracked of tasks) {
    const entry = entryOf(tracked);
    const known = byContainer.get(entry.containerId);
    if (known === undefined) {
      byContainer.set(entry.containerId, entry);
    } else {
      known.members.push(tracked);
    }
  }
  return [...byContainer.values()];
}

function entryOf(tracked: TrackedTask): ExecutorEntry {
  const { run } = tracked.taskRun;
  const role = allocationRole(run);
  return tracked.pod === undefined
    ? { info: executorInfo(run), role, containerId: run.containerId, sandbox: run.sandbox, members: [tracked] }
    : {
        info: tracked.pod.info.executor,
        role,
        containerId: tracked.pod.info.containerId,
        sandbox: tracked.pod.info.sandbox,
        members: [tracked],
      };
}
