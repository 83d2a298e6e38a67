/** As Dropwizard's uniform reservoir: so many values stand for all. */
const sampleSize = 1028;

export interface Histogram {
  "75thPercentile": number;
  "95thPercentile": number;
  "98thPercentile": number;
  "99thPercentile": number;
  median: number;
  mean: number;
  count: number;
}

interface Entry {
  samples: number[];
  seen: number;
  successes: number;
  failures: number;
}

/** How long runs took, from when they were due, and how they ended; since this instance leads. */
export class Statistics {
  private readonly entries = new Map<string, Entry>();

  succeeded(name: string, tookMs: number): void {
    const entry = this.entryOf(name);
    entry.successes++;
    entry.seen++;
    if (entry.samples.length < sampleSize) entry.samples.push(tookMs);
    else {
      const place = Math.floor(Math.random() * entry.seen);
      if (place < sampleSize) entry.samples[place] = tookMs;
    }
  }

  failed(name: string): void {
    this.entryOf(name).failures++;
  }

  forget(name: string): void {
    this.entries.delete(name);
  }

  /** All zero for a job that has not run yet. Milliseconds. */
  histogram(name: string): Histogram {
    const sorted = [...(this.entries.get(name)?.samples ?? [])].sort((a, b) => a - b);
    const median = percentile(sorted, 0.5);
    return {
      "75thPercentile": percentile(sorted, 0.75),
      "95thPercentile": percentile(sorted, 0.95),
      "98thPercentile": percentile(sorted, 0.98),
      "99thPercentile": percentile(sorted, 0.99),
      median,
      // Upstream prints the median here as well.
      mean: median,
      count: sorted.length,
    };
  }

  counts(): { name: string; successes: number; failures: number }[] {
    return [...this.entries].map(([name, { successes, failures }]) => ({ name, successes, failures }));
  }

  private entryOf(name: string): Entry {
    const entry = this.entries.get(name) ?? { samples: [], seen: 0, successes: 0, failures: 0 };
    this.entries.set(name, entry);
    return entry;
  }
}

/** With interpolation between neighbours, as Dropwizard. */
function percentile(sorted: readonly number[], quantile: number): number {
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  const place = quantile * (sorted.length + 1);
  if (place < 1) return first;
  if (place >= sorted.length) return last;
  const lower = sorted[Math.floor(place) - 1] ?? first;
  const upper = sorted[Math.floor(place)] ?? last;
  return lower + (place - Math.floor(place)) * (upper - lower);
}
