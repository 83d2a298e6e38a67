import { exitWithEngine } from "@drover/lib/pulumi/exit-with-engine";
import { startPlugin } from "./server/start";

/** Pulumi starts the plugin with the address of its engine and reads the port of the plugin's service from stdout. */
async function main(engineAddress: string | undefined): Promise<void> {
  exitWithEngine();
  const plugin = await startPlugin(engineAddress);
  const end = () => {
    plugin.stop();
    process.exit();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  process.stdout.write(`${plugin.port}\n`);
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
