const lookEveryMs = 1_000;

/**
 * Ends this plugin when the Pulumi engine that started it is gone: a killed engine tells nobody, and its plugins would
 * stay for ever.
 */
export function exitWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, lookEveryMs).unref();
}
