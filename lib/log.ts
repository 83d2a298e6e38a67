import { type Logger, pino } from "pino";

export type { Logger };

/**
 * A logger that writes JSON lines to stdout.
 * @param name the program, in the field `name` of every line
 * @param level pino's level; default: the environment variable LOG_LEVEL, else `info`
 * @param file gets the same lines, appended; its folder is made
 */
export function createLogger(name: string, level: string = process.env.LOG_LEVEL ?? "info", file?: string): Logger {
  if (!(level in pino.levels.values) && level !== "silent") {
    const known = [...Object.keys(pino.levels.values), "silent"].join(", ");
    throw new Error(`log level '${level}' is unknown: use one of ${known}`);
  }
  const options = { level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime };
  if (file === undefined) {
    return pino(options);
  }
  const copy = pino.destination({ dest: file, mkdir: true });
  return pino(
    options,
    pino.multistream([
      { stream: process.stdout, level: "trace" },
      { stream: copy, level: "trace" },
    ]),
  );
}
