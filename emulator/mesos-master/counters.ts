/** Events counted since the election, by their names in `/metrics/snapshot`. */
export class Counters {
  private readonly values = new Map<string, number>();

  add(name: string): void {
    this.values.set(name, (this.values.get(name) ?? 0) + 1);
  }

  entries(): Iterable<[string, number]> {
    return this.values.entries();
  }
}
