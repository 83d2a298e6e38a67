import { join } from "node:path";
import { createLogger } from "@drover/lib/log";
import { readMasterFlags } from "./flags";
import { MasterProcess } from "./master-process";

const LEVELS = { INFO: "info", WARNING: "warn", ERROR: "error" } as const;
const NAME = "mesos-master";

/** Starts a master from the environment; ends with status 1 on a start error and when leadership is lost. */
async function main(): Promise<void> {
  const flags = readMasterFlags(process.env);
  const { logging_level, log_dir } = flags.values;
  const log = createLogger(NAME, LEVELS[logging_level], log_dir && join(log_dir, `${NAME}.INFO`));
  const master = await MasterProcess.start(flags, log, (reason) => {
    log.error({ reason }, "this master may not lead any more and ends; start it again");
    process.exit(1);
  });
  let stopping = false;
  const stop = (signal: string) => {
    if (!stopping) {
      stopping = true;
      log.info({ signal }, "stopping");
      void master.stop().then(() => process.exit(0));
    }
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

main().catch((error: Error) => {
  createLogger(NAME, "info").error(error.message);
  process.exit(1);
});
