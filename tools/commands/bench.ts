import { join } from "node:path";
import { root } from "../system/paths";
import { runInTerminal } from "../system/terminal";

/** Measures the environment `local`, which must not be up: `npm run bench`. A program of its own, on top of the tools. */
export function bench(): Promise<number> {
  return runInTerminal(process.execPath, ["--require", "tsx/cjs", join(root, "bench", "main.ts")]);
}
