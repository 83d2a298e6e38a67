import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Folders that are no input of any image. */
const skipped = new Set(["node_modules", ".git", ".drover", "dist"]);

/** Every file below a folder (or the file itself), sorted, so that digests do not depend on the file system. */
export function filesBelow(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = join(path, entry.name);
      return entry.isDirectory() ? filesBelow(full) : [full];
    });
}

/** A digest over names, run bits and contents of files, and further texts. 12 hexadecimal digits: enough for a tag. */
export function digestOf(base: string, paths: readonly string[], texts: readonly string[] = []): string {
  const hash = createHash("sha256");
  for (const path of paths) {
    hash.update(`${relative(base, path)}\0${statSync(path).mode & 0o100 ? "x" : "-"}\0`);
    hash.update(readFileSync(path));
  }
  for (const text of texts) hash.update(`\0${text}`);
  return hash.digest("hex").slice(0, 12);
}
