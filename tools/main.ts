import { backup } from "./commands/backup";
import { bench } from "./commands/bench";
import { down } from "./commands/down";
import { env } from "./commands/env";
import { images } from "./commands/images";
import { init } from "./commands/init";
import { restore } from "./commands/restore";
import { ssh } from "./commands/ssh";
import { status } from "./commands/status";
import { test } from "./commands/test";
import { up } from "./commands/up";
import { setUp } from "./setup";

/** What `npm run <command>` does, by command. */
const commands: Record<string, (words: readonly string[]) => Promise<number>> = {
  up,
  down,
  status,
  ssh,
  env,
  init,
  test,
  backup,
  restore,
  bench,
  images,
  async setup() {
    await setUp();
    return 0;
  },
};

/** Runs the command named by the first word. A problem that the user can solve is told in one message, without a trace. */
export async function main([name = "", ...words]: readonly string[]): Promise<void> {
  const command = commands[name];
  try {
    if (!command) throw new Error(`unknown command ${JSON.stringify(name)}: use ${Object.keys(commands).join(", ")}`);
    process.exitCode = await command(words);
  } catch (error) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
