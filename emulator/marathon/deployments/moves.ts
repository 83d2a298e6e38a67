import type { AppDefinition, UpgradeStrategy } from "@drover/lib/marathon/types";
import type { Instance } from "../model/instance";

/** One task of an app as the deployment sees it. Ended tasks are not seen. */
export interface TaskView {
  instance: Instance;
  /** Runs the app's present configuration. */
  isUpToDate: boolean;
  /** Running, and healthy and ready as far as the app has checks for that. */
  isServing: boolean;
  /** Fills one of the app's places: not told to stop, not given up as unreachable. */
  isCounted: boolean;
}

/** What to do next for an app. */
export interface Moves {
  launch: number;
  kill: Instance[];
  /** Nothing is left to do or to wait for. */
  isDone: boolean;
}

type KillSelection = AppDefinition["killSelection"];

/**
 * Brings an app to its number of tasks, of whatever configuration.
 * @param since tasks staged since this time have to serve before it is done; older ones are as they are
 */
export function scaleMoves(
  app: Pick<AppDefinition, "instances" | "killSelection">,
  tasks: readonly TaskView[],
  since: string,
): Moves {
  const counted = tasks.filter((task) => task.isCounted);
  const surplus = firstToGo(counted, app.killSelection, counted.length - app.instances);
  const isStopping = tasks.some((task) => task.instance.goal === "stop");
  const areServing = counted.every((task) => task.isServing || task.instance.stagedAt < since);
  return {
    launch: Math.max(0, app.instances - counted.length),
    kill: surplus.map((task) => task.instance),
    isDone: counted.length === app.instances && areServing && !isStopping,
  };
}

/**
 * One step of a rolling upgrade. Old tasks go as far as enough tasks serve without them; new ones come as far as there
 * is room. Depends on nothing but what is there now, so it goes on after a change of leader.
 */
export function upgradeMoves(
  app: Pick<AppDefinition, "instances" | "killSelection" | "upgradeStrategy" | "residency">,
  tasks: readonly TaskView[],
): Moves {
  const { instances, killSelection } = app;
  const { minimumHealthy, capacity } = upgradeLimits(instances, app.upgradeStrategy, app.residency !== undefined);
  const fresh = tasks.filter((task) => task.isUpToDate && task.isCounted);
  const old = tasks.filter((task) => !task.isUpToDate && task.instance.goal === "run");
  const serving = fresh.filter((task) => task.isServing).length;
  const keep = Math.max(0, minimumHealthy - serving);
  const kill = [
    ...firstToGo(old, killSelection, old.length - keep),
    ...firstToGo(fresh, killSelection, fresh.length - instances),
  ];
  const hasOld = tasks.some((task) => !task.isUpToDate);
  return {
    launch: Math.max(0, Math.min(instances - fresh.length, capacity - tasks.length)),
    kill: kill.map((task) => task.instance),
    isDone: !hasOld && fresh.length === instances && serving === instances,
  };
}

/** Ends all tasks of an app. */
export function stopMoves(tasks: readonly TaskView[]): Moves {
  const running = tasks.filter((task) => task.instance.goal === "run");
  return { launch: 0, kill: running.map((task) => task.instance), isDone: tasks.length === 0 };
}

/**
 * How many tasks have to serve and how many may be there during an upgrade. When the strategy leaves no room to move,
 * one task more is allowed; or, where a task has to leave its volume to the next, one task less is enough.
 */
export function upgradeLimits(
  instances: number,
  { minimumHealthCapacity, maximumOverCapacity }: UpgradeStrategy,
  isResident = false,
): { minimumHealthy: number; capacity: number } {
  const minimumHealthy = Math.ceil(instances * minimumHealthCapacity);
  const capacity = Math.floor(instances * (1 + maximumOverCapacity));
  if (minimumHealthy !== capacity) return { minimumHealthy, capacity };
  return isResident ? { minimumHealthy: minimumHealthy - 1, capacity } : { minimumHealthy, capacity: capacity + 1 };
}

/** So many tasks that are given up before the others: those that do not serve, then by age. */
function firstToGo(tasks: readonly TaskView[], selection: KillSelection, count: number): TaskView[] {
  if (count <= 0) return [];
  const age = (task: TaskView) => task.instance.startedAt ?? task.instance.stagedAt;
  const direction = selection === "YOUNGEST_FIRST" ? -1 : 1;
  const ordered = [...tasks].sort(
    (a, b) => Number(a.isServing) - Number(b.isServing) || direction * (age(a) < age(b) ? -1 : Number(age(a) > age(b))),
  );
  return ordered.slice(0, count);
}
