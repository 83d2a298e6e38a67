/** So many requests are on their way at once: each has its time limit from the moment it is sent. */
const chunkSize = 256;

/** Does something for each item, many at a time but not all; gives the results in order. */
export async function inChunks<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += chunkSize) {
    results.push(...(await Promise.all(items.slice(start, start + chunkSize).map(work))));
  }
  return results;
}
