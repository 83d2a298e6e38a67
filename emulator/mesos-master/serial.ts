/** Does one thing after the other, also after one that failed: for changes that are made from what was there before. */
export class Serial {
  private last: Promise<unknown> = Promise.resolve();

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.last.then(work, work);
    this.last = mine;
    return mine;
  }
}
