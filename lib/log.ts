import { type Logger, pino } from "pino";

export type { Logger };

/**
 * A logger that writes JSON lines to stdout.
 * @param name the program, in the field `name` of every line
 * @param level pino's level; default: the environment variable LOG_LEVEL, else `info`
 */
export function createLogger(name: string, level: string = process.env.LOG_LEVEL ?? "info"): Logger {
  if (!(level in pino.levels.values) && level !== "silent") {
    const known = [...Object.keys(pino.levels.values), "silent"].join(", ");
    throw new Error(`log level '${level}' is unknown: use one of ${known}`);
  }
  return pino({ name, level, base: { name }, timestamp: pino.stdTimeFunctions.isoTime });
}
