/** The two calls that decide whether the master sends offers. */
export interface OfferCalls {
  revive(): Promise<void>;
  suppress(): Promise<void>;
}

/** Asks for offers while runs wait for them, and for none while nothing does. */
export class OfferFlow {
  private isWanted = false;
  private isSuppressed = true;
  /** Offers declined before have to come again: something new waits. */
  private isStale = false;
  private revivedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;

  /** @param minIntervalMs between two revives, `--min_revive_offers_interval` */
  constructor(
    private readonly calls: OfferCalls,
    private readonly minIntervalMs: number,
  ) {}

  /** @param isNew another run waits than before */
  update(isWanted: boolean, isNew: boolean): void {
    this.isWanted = isWanted;
    if (isNew) this.isStale = true;
    this.act();
  }

  /** A new subscription, or room that was not there before: offers declined before may fit now. */
  refresh(): void {
    this.isStale = true;
    this.act();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private act(): void {
    clearTimeout(this.timer);
    if (!this.isWanted) {
      if (!this.isSuppressed) this.send("suppress");
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
    this.calls[call]().catch(() => {
      this.isStale = true;
    });
  }
}
