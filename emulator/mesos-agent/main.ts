import { startAgent } from "./start";

/** `mesos-agent`: reads MESOS_… variables and runs until a signal or the master ends it. */
async function main(): Promise<void> {
  try {
    await startAgent(process.env);
  } catch (error) {
    process.stderr.write(`mesos-agent cannot start: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

void main();
