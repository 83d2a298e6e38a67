import { join } from "node:path";
import { createLogger, type Logger } from "@drover/lib/log";
import pino from "pino";
import type { AgentFlags } from "./flags";

const LEVELS = { INFO: "info", WARNING: "warn", ERROR: "error" } as const;

/** The file below `log_dir` that upstream's files API shows as `/slave/log`. */
export function logFileOf({ log_dir }: AgentFlags): string | undefined {
  return log_dir === undefined ? undefined : join(log_dir, "mesos-slave.INFO");
}

/** Logs to stdout, and with the flag log_dir to a file there too. */
export function agentLogger(flags: AgentFlags): Logger {
  const level = LEVELS[flags.logging_level];
  const file = logFileOf(flags);
  if (file === undefined) {
    return createLogger("mesos-agent", level);
  }
  const streams = [
    { level, stream: process.stdout },
    { level, stream: pino.destination({ dest: file, mkdir: true }) },
  ];
  const options = { base: { name: "mesos-agent" }, level, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, pino.multistream(streams));
}
