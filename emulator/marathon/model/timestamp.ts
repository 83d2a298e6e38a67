const versionPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** True for text that can be a version. */
export function isVersion(text: string): boolean {
  return versionPattern.test(text);
}

/** Versions are times, so two of one leader must never be equal: each is at least a millisecond after the last. */
export class VersionClock {
  private last = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** Versions given from now on are later than this one. */
  observe(version: string): void {
    this.last = Math.max(this.last, Date.parse(version));
  }

  next(): string {
    this.last = Math.max(this.now(), this.last + 1);
    return new Date(this.last).toISOString();
  }
}
