import type { Logger } from "@drover/lib/log";
import type { Conductor } from "./conductor";
import type { InstanceRegistry } from "./instance-registry";
import type { LaunchQueue } from "./launch-queue";
import { type LaunchLimits, overdue } from "./overdue";
import type { TaskKiller } from "./task-killer";
import type { TaskTracker } from "./task-tracker";
import { isToBeForgotten } from "./unreachable";
import type { WantedState } from "./wanted-state";

export interface TimekeeperParts {
  state: WantedState;
  instances: InstanceRegistry;
  tracker: TaskTracker;
  killer: TaskKiller;
  queue: LaunchQueue;
  conductor: Conductor;
  limits: LaunchLimits;
  /** `--scale_apps_interval` */
  scaleIntervalMs: number;
  log: Logger;
  watch: (work: Promise<unknown>) => void;
}

const tickMs = 1_000;

/** Everything that becomes due by the clock alone. */
export class Timekeeper {
  private readonly timers: NodeJS.Timeout[];

  constructor(private readonly parts: TimekeeperParts) {
    const { conductor, scaleIntervalMs } = parts;
    this.timers = [
      setInterval(() => this.tick(Date.now()), tickMs),
      setInterval(() => conductor.advanceSoon(), scaleIntervalMs),
    ];
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private tick(nowMs: number): void {
    const { instances, killer, queue, conductor } = this.parts;
    killer.send(nowMs);
    let hasUnreachable = false;
    for (const instance of instances.all()) {
      if (instance.unreachableSince !== undefined) hasUnreachable = true;
      this.checkLaunch(instance.id, nowMs);
      this.checkUnreachable(instance.id, nowMs);
    }
    // A place may have become free, or a launch delay may have ended.
    if (hasUnreachable || !queue.isEmpty()) conductor.advanceSoon();
  }

  private checkLaunch(id: string, nowMs: number): void {
    const { instances, tracker, limits, log, watch } = this.parts;
    const instance = instances.get(id);
    const verdict = instance && overdue(instance, limits, nowMs);
    if (instance === undefined || verdict === undefined) return;
    log.warn({ taskId: instance.taskId, verdict }, "a task was not launched in time");
    watch(verdict === "lost" ? tracker.expunge(instance, "not confirmed in time") : tracker.stop(instance));
  }

  private checkUnreachable(id: string, nowMs: number): void {
    const { instances, tracker, state, watch } = this.parts;
    const instance = instances.get(id);
    if (instance === undefined) return;
    const strategy = state.root.specs.get(instance.appId)?.unreachableStrategy;
    if (isToBeForgotten(instance, strategy, nowMs)) watch(tracker.expunge(instance, "unreachable for too long"));
  }
}
