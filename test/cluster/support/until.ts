import { setTimeout as delay } from "node:timers/promises";

/** Time between two looks, in milliseconds. */
const pollMs = 200;

/**
 * Looks until `look` gives something, and gives that. `look` throws, or gives undefined, while it is not so yet.
 * @param what completes "waited for …" in the error, which also tells what was last seen
 */
export async function until<T>(what: string, limitSeconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + limitSeconds * 1000;
  let last = "nothing";
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = (error as Error).message;
    }
    if (Date.now() > end) throw new Error(`waited ${limitSeconds} s for ${what}; last seen: ${last}`);
    await delay(pollMs);
  }
}

/** Throws what was seen unless `holds`: for the looks of {@link until}. */
export function expected(holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(typeof seen === "string" ? seen : JSON.stringify(seen));
}
