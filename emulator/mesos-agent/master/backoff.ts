const MAX_MS = 60_000;

/** Waits between registrations: at random below a bound that doubles from the factor up to one minute. */
export class Backoff {
  private boundMs: number;

  constructor(private readonly factorMs: number) {
    this.boundMs = factorMs;
  }

  nextMs(): number {
    const waitMs = Math.random() * this.boundMs;
    this.boundMs = Math.min(this.boundMs * 2, MAX_MS);
    return waitMs;
  }

  reset(): void {
    this.boundMs = this.factorMs;
  }
}
