/**
 * Does something after a delay, then again an interval after it is done, until `stop` is called.
 * @returns stop
 */
export function repeat(delaySeconds: number, intervalSeconds: number, action: () => Promise<void>): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const schedule = (seconds: number) => {
    timer = setTimeout(async () => {
      await action();
      if (!stopped) {
        schedule(intervalSeconds);
      }
    }, seconds * 1000);
  };
  schedule(delaySeconds);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
