import { createLogger } from "@drover/lib/log";
import { startChronos } from "./chronos";
import { readSettings } from "./settings";

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  const log = createLogger("chronos");
  const chronos = await startChronos(settings, log);
  log.info({ port: chronos.port }, "serving");
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "leaving");
      void chronos.close().finally(() => process.exit(0));
    });
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
