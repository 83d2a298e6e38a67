import { join } from "node:path";
import { root } from "../system/paths";
import { runInTerminal } from "../system/terminal";

/** Runs benchmarks by name: `npm run bench -- first-light`. A program of its own, on top of the tools. */
export function bench(names: readonly string[]): Promise<number> {
  return runInTerminal(process.execPath, ["--require", "tsx/cjs", join(root, "bench", "main.ts"), ...names]);
}
