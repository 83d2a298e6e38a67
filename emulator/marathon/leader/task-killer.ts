import type { Logger } from "@drover/lib/log";

/** A task and where it runs. */
export interface Victim {
  taskId: string;
  agentId: string;
}

export interface KillLimits {
  /** So many kills are under way at once, `--kill_chunk_size`. */
  chunkSize: number;
  /** A kill that has not had its effect is sent again, `--kill_retry_timeout`. */
  retryMs: number;
}

type Kill = (taskId: string, agentId: string) => Promise<void>;

/** Sees to it that tasks end: Mesos may lose a kill, and is not to be asked for too many at once. */
export class TaskKiller {
  private readonly waiting = new Map<string, Victim>();
  private readonly sentAt = new Map<string, number>();

  constructor(
    private readonly kill: Kill,
    private readonly limits: KillLimits,
    private readonly log: Logger,
  ) {}

  add(victim: Victim): void {
    this.waiting.set(victim.taskId, victim);
    this.send(Date.now());
  }

  /** The task has ended. */
  remove(taskId: string): void {
    this.waiting.delete(taskId);
    this.sentAt.delete(taskId);
    this.send(Date.now());
  }

  /** Sends what is due; to be called every now and then. */
  send(nowMs: number): void {
    for (const [taskId, { agentId }] of this.waiting) {
      const sentAt = this.sentAt.get(taskId);
      const isDue =
        sentAt === undefined ? this.sentAt.size < this.limits.chunkSize : nowMs - sentAt >= this.limits.retryMs;
      if (!isDue) continue;
      this.sentAt.set(taskId, nowMs);
      this.kill(taskId, agentId).catch((error: Error) => {
        this.log.warn({ taskId, error: error.message }, "kill could not be sent, will be sent again");
      });
    }
  }

  /** After a new subscription: kills of before may never have arrived. */
  resend(): void {
    this.sentAt.clear();
    this.send(Date.now());
  }
}
