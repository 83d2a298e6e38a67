import { configVersion } from "../model/app-change";
import type { RunSpec } from "../model/run-spec";

interface Delay {
  seconds: number;
  untilMs: number;
}

/**
 * When the next task of an app may start: after every failure later, up to a limit. A delay belongs to one configuration:
 * a change or a restart begins afresh, and old tasks that fail meanwhile do not count.
 */
export class LaunchDelays {
  /** By app and configuration. */
  private readonly delays = new Map<string, Map<string, Delay>>();

  /** A task of this app ended in a failure. */
  failed(app: RunSpec, nowMs: number): void {
    const last = this.of(app);
    const next = last ? last.seconds * app.backoffFactor : app.backoffSeconds;
    const seconds = Math.min(next, app.maxLaunchDelaySeconds);
    const ofApp = this.delays.get(app.id) ?? new Map<string, Delay>();
    this.delays.set(app.id, ofApp.set(configVersion(app), { seconds, untilMs: nowMs + seconds * 1000 }));
  }

  /** A task ran without failure for as long as the longest delay: the trouble is over. */
  succeeded(app: RunSpec, ranSeconds: number): void {
    if (ranSeconds >= app.maxLaunchDelaySeconds) this.delays.get(app.id)?.delete(configVersion(app));
  }

  reset(appId: string): void {
    this.delays.delete(appId);
  }

  /** Forgets the delays of the app's former configurations. */
  keepOnly(app: RunSpec): void {
    const delay = this.of(app);
    if (delay) this.delays.set(app.id, new Map([[configVersion(app), delay]]));
    else this.delays.delete(app.id);
  }

  /** Milliseconds until the app's next task may start; 0: now. */
  leftMs(app: RunSpec, nowMs: number): number {
    return Math.max(0, (this.of(app)?.untilMs ?? 0) - nowMs);
  }

  private of(app: RunSpec): Delay | undefined {
    return this.delays.get(app.id)?.get(configVersion(app));
  }
}
