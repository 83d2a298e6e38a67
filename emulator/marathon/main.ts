import { createLogger } from "@drover/lib/log";
import { startMarathon } from "./marathon";
import { readSettings } from "./settings";

const exitLimitMs = 5_000;

async function main(): Promise<void> {
  const { settings, ignored } = readSettings(process.env);
  const log = createLogger("marathon", settings.logging_level);
  for (const variable of ignored) log.warn({ variable }, "this variable means nothing to this Marathon");
  const end = (code: number) => {
    // Whatever hangs must not keep a deposed leader alive.
    setTimeout(() => process.exit(code), exitLimitMs).unref();
    void marathon.close().finally(() => process.exit(code));
  };
  const marathon = await startMarathon({
    settings,
    log,
    onEnd: (reason) => {
      log.fatal({ reason }, "ending");
      end(1);
    },
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "leaving");
      end(0);
    });
  }
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
