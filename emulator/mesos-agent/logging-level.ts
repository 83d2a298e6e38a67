/** The verbosity that SET_LOGGING_LEVEL asks for: for a while, then it is the usual one again. */
export class LoggingLevel {
  private readonly usual: string;
  private current = 0;
  private timer: NodeJS.Timeout | undefined;

  /** The logger gets verbose while the level is above 0. */
  constructor(private readonly log: { level: string }) {
    this.usual = log.level;
  }

  get level(): number {
    return this.current;
  }

  set(level: number, durationMs: number): void {
    clearTimeout(this.timer);
    this.change(level);
    this.timer = setTimeout(() => this.change(0), durationMs).unref();
  }

  private change(level: number): void {
    this.current = level;
    this.log.level = level > 0 ? "debug" : this.usual;
  }
}
