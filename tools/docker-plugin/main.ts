import { startPlugin } from "./server/start";

/** How often the plugin looks whether Pulumi's engine, its parent, is still there, in milliseconds. */
const PARENT_CHECK_MS = 2_000;

/** Pulumi starts the plugin with the address of its engine and reads the port of the plugin's service from stdout. */
async function main(engineAddress: string | undefined): Promise<void> {
  const parent = process.ppid;
  const plugin = await startPlugin(engineAddress);
  const end = () => {
    plugin.stop();
    process.exit();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  // An engine that was killed ends nobody.
  setInterval(() => process.ppid !== parent && end(), PARENT_CHECK_MS).unref();
  process.stdout.write(`${plugin.port}\n`);
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
