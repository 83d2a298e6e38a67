/** Runs work one after the other for each key, side by side for different keys. */
export class KeyedQueue {
  private readonly tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const result = before.then(work, work);
    this.tails.set(key, result);
    const tidy = () => {
      if (this.tails.get(key) === result) this.tails.delete(key);
    };
    result.then(tidy, tidy);
    return result;
  }
}
