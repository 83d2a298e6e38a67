import { isTerminal, type TaskStatus } from "@drover/lib/mesos/types";

const FIRST_RETRY_MS = 10_000;
const MAX_RETRY_MS = 600_000;

/** One line of a task's update log. */
export type UpdateLogEntry = { type: "UPDATE"; status: TaskStatus } | { type: "ACK"; uuid: string };

/**
 * The status updates of one task, in order and one at a time: the first is sent until it is acknowledged (after 10 s
 * again, the wait doubling up to 10 minutes), only then the next.
 */
export class UpdateStream {
  private readonly pending: TaskStatus[] = [];
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | undefined;
  private terminalAcknowledged = false;
  private stopped = false;

  /**
   * @param send hands an update to the master; it may get lost
   * @param record makes an entry durable before it takes effect
   */
  constructor(
    private readonly send: (status: TaskStatus) => void,
    private readonly record: (entry: UpdateLogEntry) => void,
  ) {}

  /** True when the scheduler has acknowledged a terminal update: nothing more will come. */
  get isDone(): boolean {
    return this.terminalAcknowledged;
  }

  /** True when nobody wants to hear of the task any more. */
  get isStopped(): boolean {
    return this.stopped;
  }

  /** The update that waits for its acknowledgement. */
  get outstanding(): TaskStatus | undefined {
    return this.pending[0];
  }

  /** Takes over what an earlier life of the agent has logged, without sending yet. */
  replay(entries: readonly UpdateLogEntry[]): void {
    for (const entry of entries) {
      if (entry.type === "UPDATE") {
        this.pending.push(entry.status);
      } else {
        this.drop(entry.uuid);
      }
    }
  }

  add(status: TaskStatus): void {
    if (this.stopped) {
      return;
    }
    this.record({ type: "UPDATE", status });
    this.pending.push(status);
    if (this.pending.length === 1) {
      this.resend();
    }
  }

  /** @returns the acknowledged update; undefined when the uuid is not the outstanding one (an old or repeated answer) */
  acknowledge(uuid: string): TaskStatus | undefined {
    if (this.pending[0]?.uuid !== uuid) {
      return undefined;
    }
    this.record({ type: "ACK", uuid });
    const status = this.drop(uuid);
    this.resend();
    return status;
  }

  /** Sends the outstanding update at once and starts its waits again. */
  resend(): void {
    this.retryMs = FIRST_RETRY_MS;
    this.sendOutstanding();
  }

  /** Nobody wants to hear of the task any more: pending and later updates are dropped. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.pending.length = 0;
  }

  private sendOutstanding(): void {
    clearTimeout(this.timer);
    const [status] = this.pending;
    if (status === undefined) {
      return;
    }
    this.send(status);
    this.timer = setTimeout(() => this.sendOutstanding(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, MAX_RETRY_MS);
  }

  private drop(uuid: string): TaskStatus | undefined {
    const [status] = this.pending;
    if (status?.uuid !== uuid) {
      return undefined;
    }
    this.pending.shift();
    this.terminalAcknowledged ||= isTerminal(status.state);
    return status;
  }
}
