/** Counters by their names in `/metrics/snapshot`, all from zero. */
export class Counters {
  private readonly values = new Map<string, number>();

  add(name: string, amount = 1): void {
    this.values.set(name, (this.values.get(name) ?? 0) + amount);
  }

  get(name: string): number {
    return this.values.get(name) ?? 0;
  }

  entries(): Iterable<[string, number]> {
    return this.values.entries();
  }
}
