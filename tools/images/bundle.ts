import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { leaveOutUnusedParts } from "./unused-parts";

/** Parts of libraries that are compiled for speed only; the libraries do without them. */
const optionalNatives = ["cpu-features", "*.node"];

/** Bundles TypeScript entry points into one CommonJS file each: `<outDir>/<name>.cjs`. */
export async function bundle(entries: Record<string, string>, outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await build({
    entryPoints: entries,
    outdir: outDir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minifySyntax: true,
    keepNames: true,
    external: optionalNatives,
    plugins: [leaveOutUnusedParts],
    logLevel: "error",
  });
  for (const name of Object.keys(entries)) await chmod(join(outDir, `${name}.cjs`), 0o755);
}
