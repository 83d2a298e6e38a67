/** The two calls that decide whether the master sends offers. */
export interface OfferFlow {
  revive(): Promise<void>;
  suppress(): Promise<void>;
}

/** Asks for offers when something waits for them, not more often than allowed, and for none when nothing will need them. */
export class OfferInterest {
  private waiting: ReadonlySet<string> = new Set();
  private isBusy = false;
  /** Declined offers have to come again: something new waits, or an agent has more room. */
  private isStale = false;
  private isSuppressed = true;
  private revivedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param minIntervalMs between two revives, `--min_revive_offers_interval` */
  constructor(
    private readonly flow: OfferFlow,
    private readonly minIntervalMs: number,
  ) {}

  /**
   * Says what waits for an offer now: ids of apps or runs.
   * @param isBusy more will wait soon, so offers may go on coming
   */
  update(waiting: readonly string[], isBusy = false): void {
    // While it is busy offers come all the time; those declined before have to be brought back once.
    const isNew = this.isBusy ? false : isBusy || waiting.some((id) => !this.waiting.has(id));
    this.waiting = new Set(waiting);
    this.isBusy = isBusy;
    if (isNew) this.isStale = true;
    this.act();
  }

  /** Offers declined before may fit now. */
  refresh(): void {
    this.isStale = true;
    this.act();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private act(): void {
    clearTimeout(this.timer);
    if (this.waiting.size === 0) {
      if (!this.isSuppressed && !this.isBusy) this.send("suppress");
    } else if (this.isStale || this.isSuppressed) {
      const waitMs = this.revivedAtMs + this.minIntervalMs - Date.now();
      if (waitMs <= 0) this.send("revive");
      else this.timer = setTimeout(() => this.act(), waitMs);
    }
  }

  private send(call: "revive" | "suppress"): void {
    this.isSuppressed = call === "suppress";
    if (call === "revive") {
      this.isStale = false;
      this.revivedAtMs = Date.now();
    }
    // Without a subscription it fails; the next one begins with a refresh.
    this.flow[call]().catch(() => {
      this.isStale = true;
    });
  }
}
