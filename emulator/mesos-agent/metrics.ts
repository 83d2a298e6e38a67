import type { TaskState, TaskStatus } from "@drover/lib/mesos/types";

const COUNTED = ["finished", "failed", "killed", "lost", "gone"] as const;

/** What the agent counts since its start, by the names of `/metrics/snapshot`. */
export class Metrics {
  private readonly byState = new Map<TaskState, number>();
  private statusUpdates = 0;
  private launchErrors = 0;
  private terminated = 0;

  /** Notes a status that a task has reached. */
  count({ state, reason, source }: TaskStatus): void {
    this.statusUpdates++;
    this.byState.set(state, (this.byState.get(state) ?? 0) + 1);
    if (reason === "REASON_CONTAINER_LAUNCH_FAILED") {
      this.launchErrors++;
    }
    if (source === "SOURCE_EXECUTOR" && COUNTED.some((name) => state === `TASK_${name.toUpperCase()}`)) {
      this.terminated++;
    }
  }

  counters(): Record<string, number> {
    const states = COUNTED.map((name) => {
      const state = `TASK_${name.toUpperCase()}` as TaskState;
      return [`slave/tasks_${name}`, this.byState.get(state) ?? 0] as const;
    });
    return {
      ...Object.fromEntries(states),
      "slave/container_launch_errors": this.launchErrors,
      "slave/executors_terminated": this.terminated,
      "slave/valid_status_updates": this.statusUpdates,
    };
  }
}
