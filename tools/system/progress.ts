const started = Date.now();

/** Seconds since the command began, as the first column of every progress line. */
function elapsed(): string {
  return `[${((Date.now() - started) / 1000).toFixed(1).padStart(5)}s]`;
}

/** One progress line on standard error, so that standard output stays for results. */
export function say(line: string): void {
  process.stderr.write(`${elapsed()} ${line}\n`);
}
