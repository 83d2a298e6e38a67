import type { TrackedTask } from "../tasks/tracked-task";
import type { PodInfo } from "./pod-info";

/**
 * The default executor with its task groups. By its rule a task that does not finish well takes the rest of its group
 * along; the executor ends when the last update of its last task is acknowledged.
 */
export class Pod {
  readonly members: TrackedTask[] = [];
  /** Task ids launched together. */
  readonly groups: string[][] = [];
  private done = false;

  constructor(
    readonly info: PodInfo,
    private readonly onEnded: () => void,
  ) {}

  get hasEnded(): boolean {
    return this.done;
  }

  add(group: readonly TrackedTask[]): void {
    this.members.push(...group);
    this.groups.push(group.map(({ taskRun }) => taskRun.run.task.task_id.value));
    for (const member of group) {
      void member.taskRun.over.then(() => {
        if (member.taskRun.state !== "TASK_FINISHED") {
          killAll(group.filter((other) => other !== member));
        }
      });
    }
  }

  /** Kills every task within its own grace. */
  kill(): void {
    killAll(this.members);
  }

  /** To be called when a member is completed. */
  check(): void {
    if (!this.done && this.members.every(({ updates }) => updates.isDone || updates.isStopped)) {
      this.done = true;
      this.onEnded();
    }
  }
}

function killAll(members: readonly TrackedTask[]): void {
  for (const { taskRun } of members) {
    taskRun.kill();
  }
}
