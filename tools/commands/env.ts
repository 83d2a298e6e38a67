import { binDir } from "../system/paths";
import { pulumiEnv } from "../system/pulumi-env";

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

/** Shell lines that put the toolchain on PATH and point Pulumi at this clone's state: `eval "$(npm run -s env)"`. */
export async function env(): Promise<number> {
  const lines = Object.entries(pulumiEnv()).map(([name, value]) => `export ${name}=${quoted(value)}`);
  process.stdout.write(`${[...lines, `export PATH=${quoted(binDir)}:"$PATH"`].join("\n")}\n`);
  return 0;
}
