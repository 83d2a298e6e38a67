import { setTimeout as delay } from "node:timers/promises";
import type { FrontDoor } from "./front-door";

/** Time between two requests, in milliseconds. */
const pauseMs = 100;

/** How long a user would wait for a page, in seconds. */
const patienceSeconds = 10;

/** A user who asks for an app again and again, through the front door, each time on a new connection. */
export class Load {
  readonly failures: string[] = [];
  asked = 0;
  slowestMs = 0;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(door: FrontDoor, app: string, limitSeconds: number) {
    this.running = this.run(door, app, Date.now() + limitSeconds * 1000);
  }

  private async run(door: FrontDoor, app: string, end: number): Promise<void> {
    while (!this.stopped && Date.now() < end) {
      const started = Date.now();
      this.asked++;
      try {
        const { status } = await door.ask(app, "/", { limitSeconds: patienceSeconds });
        if (status !== 200) this.failures.push(`${new Date(started).toISOString()} status ${status}`);
      } catch (error) {
        this.failures.push(`${new Date(started).toISOString()} ${(error as Error).message}`);
      }
      this.slowestMs = Math.max(this.slowestMs, Date.now() - started);
      await delay(pauseMs);
    }
  }

  /** Ends the load, after the request that is under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }
}
