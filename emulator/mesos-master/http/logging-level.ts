import type { Logger } from "@drover/lib/log";
import { MAX_TIMER_MS } from "@drover/lib/long-timer";

/** Upstream's verbosity, 0 to 3: 0 is what the flags say, anything above also shows what only helps to find faults. */
export class LoggingLevel {
  level = 0;
  private back: NodeJS.Timeout | undefined;
  private readonly usual: string;

  constructor(private readonly log: Logger) {
    this.usual = log.level;
  }

  /** Sets the level for a while; then it is 0 again. */
  set(level: number, durationMs: number): void {
    clearTimeout(this.back);
    this.apply(level);
    this.back = setTimeout(() => this.apply(0), Math.min(durationMs, MAX_TIMER_MS));
    this.back.unref();
  }

  private apply(level: number): void {
    this.level = level;
    this.log.level = level > 0 ? "debug" : this.usual;
  }
}
