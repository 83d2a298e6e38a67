import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until `done` gives a value; only the signal limits it. */
export async function until<T>(
  intervalMs: number,
  signal: AbortSignal,
  done: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const result = await done();
    if (result !== undefined) return result;
    await pause(intervalMs, undefined, { signal });
  }
}

/** Asks again and again until `done` gives a value. Undefined when `limitMs` is over first; throws when the signal is aborted. */
export async function poll<T>(
  limitMs: number,
  intervalMs: number,
  signal: AbortSignal,
  done: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const result = await done();
    if (result !== undefined || Date.now() >= deadline) return result;
    await pause(Math.min(intervalMs, Math.max(0, deadline - Date.now())), undefined, { signal });
  }
}
