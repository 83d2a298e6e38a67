const minMs = 1_000;
/** Beyond it Node's timers end at once. */
const maxMs = 2 ** 31 - 1;

/** Milliseconds for a timer of so many seconds: at least a second, so that nothing is asked without a pause. */
export function timerMs(seconds: number): number {
  return Math.min(Math.max(seconds * 1000, minMs), maxMs);
}
