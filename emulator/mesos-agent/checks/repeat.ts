import { MAX_TIMER_MS } from "@drover/lib/long-timer";

/**
 * Does something after a delay, then again an interval after it is done, until `stop` is called.
 * @returns stop
 */
export function repeat(delaySeconds: number, intervalSeconds: number, action: () => Promise<void>): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const schedule = (seconds: number) => {
    const onTime = async () => {
      await action();
      if (!stopped) {
        schedule(intervalSeconds);
      }
    };
    timer = setTimeout(onTime, Math.min(seconds * 1000, MAX_TIMER_MS));
  };
  schedule(delaySeconds);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
