import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again every 50 ms until the answer is neither undefined nor false, and returns it; an error counts as not yet.
 * @throws Error that names `what` after `limitMs`, with the last error as its cause
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  let cause: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) {
        return answer;
      }
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited ${limitMs} ms in vain for ${what}`, { cause });
    }
    await sleep(50);
  }
}
