/** Node's timers overflow beyond 24.8 days and then fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls back once after any number of milliseconds, unless cancelled. */
export function startTimer(callback: () => void, delayMs: number): { cancel(): void } {
  const deadline = Date.now() + delayMs;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const leftMs = deadline - Date.now();
    timer = leftMs > MAX_TIMER_MS ? setTimeout(arm, MAX_TIMER_MS) : setTimeout(callback, leftMs);
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}
