import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pinned } from "../images/pin";
import { root } from "../system/paths";

const file = join(root, "components", "upstream-images.json");

/** Shows the images that others publish, or writes the digests of their tags: `npm run images [-- pin]`. */
export async function images(words: readonly string[]): Promise<number> {
  const [action, ...rest] = words;
  if (rest.length > 0 || (action !== undefined && action !== "pin")) {
    throw new Error(`images does not know ${words.join(" ")}: use \`npm run images\` or \`npm run images -- pin\``);
  }
  const known = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  if (action === undefined) {
    for (const [service, reference] of Object.entries(known))
      process.stdout.write(`${service.padEnd(14)}${reference}\n`);
    return 0;
  }
  const entries = Object.entries(known);
  // All or nothing: a file with some digests would look as if it were done.
  const references = await Promise.allSettled(entries.map(([, reference]) => pinned(reference)));
  const problems = references.flatMap((result) =>
    result.status === "rejected" ? [(result.reason as Error).message] : [],
  );
  if (problems.length > 0) throw new Error(`nothing was written:\n${problems.map((line) => `  - ${line}`).join("\n")}`);
  const values = references.map((result) => (result.status === "fulfilled" ? result.value : ""));
  const pins = Object.fromEntries(entries.map(([service], i) => [service, values[i]]));
  writeFileSync(file, `${JSON.stringify(pins, null, 2)}\n`);
  for (const [service] of entries) process.stdout.write(`${service.padEnd(14)}${pins[service]}\n`);
  return 0;
}
