import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalSetUp } from "./images";

/** The clone's state folder, relative to the project so that no path of this computer gets into the state. */
export const stateFolder = process.env.DROVER_STATE_DIR ?? ".drover";

/** Reads what set-up has left. Throws an error that says to run it. */
export function readLocalSetUp(): LocalSetUp {
  const file = join(stateFolder, "images.json");
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run setup\` in the clone first`);
  return JSON.parse(readFileSync(file, "utf8")) as LocalSetUp;
}
