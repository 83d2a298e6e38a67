import { configVersion } from "../model/app-change";
import type { RunSpec } from "../model/run-spec";

interface Delay {
  configVersion: string;
  seconds: number;
  untilMs: number;
}

/** When the next task of an app may start: after every failure later, up to a limit. */
export class LaunchDelays {
  private readonly delays = new Map<string, Delay>();

  /** A task of this app ended in a failure. */
  failed(app: RunSpec, nowMs: number): void {
    const last = this.of(app);
    const next = last ? last.seconds * app.backoffFactor : app.backoffSeconds;
    const seconds = Math.min(next, app.maxLaunchDelaySeconds);
    this.delays.set(app.id, { configVersion: configVersion(app), seconds, untilMs: nowMs + seconds * 1000 });
  }

  /** A task ran without failure for as long as the longest delay: the trouble is over. */
  succeeded(app: RunSpec, ranSeconds: number): void {
    if (ranSeconds >= app.maxLaunchDelaySeconds) this.reset(app.id);
  }

  reset(appId: string): void {
    this.delays.delete(appId);
  }

  /** Milliseconds until the app's next task may start; 0: now. */
  leftMs(app: RunSpec, nowMs: number): number {
    return Math.max(0, (this.of(app)?.untilMs ?? 0) - nowMs);
  }

  /** A delay belongs to one configuration: a change or a restart begins afresh. */
  private of(app: RunSpec): Delay | undefined {
    const delay = this.delays.get(app.id);
    return delay?.configVersion === configVersion(app) ? delay : undefined;
  }
}
