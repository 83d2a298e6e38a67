import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { exec } from "../system/exec";
import { cacheDir } from "../system/paths";
import { nodeVersion } from "../toolchain/versions";

/**
 * The `node` that goes into images: from the npm package of the binary, so that no download site is needed and the
 * image does not depend on how the host's own Node.js was built. Kept in the cache.
 */
export async function nodeBinary(note: (text: string) => void): Promise<string> {
  const target = join(cacheDir, `node-${nodeVersion}-${process.arch}`);
  if (existsSync(target)) return target;
  note(`fetching Node.js ${nodeVersion} for the images`);
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, "node-"));
  try {
    const name = `node-linux-${process.arch}@${nodeVersion}`;
    const archive = (await exec("npm", ["pack", "--silent", name], { cwd: work, limitMs: 180_000 })).trim();
    await exec("tar", ["-xzf", archive, "package/bin/node"], { cwd: work, limitMs: 60_000 });
    await rename(join(work, "package", "bin", "node"), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return target;
}
