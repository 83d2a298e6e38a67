import { chmod, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { leaveOutUnusedParts } from "../images/unused-parts";

/** The name under which Pulumi looks for the plugin on PATH. */
export const PLUGIN = "pulumi-resource-docker";

/** Bundles the plugin to one executable file in `directory`; returns its path. */
export async function buildPlugin(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const outfile = join(directory, PLUGIN);
  await build({
    entryPoints: [join(__dirname, "main.ts")],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    banner: { js: "#!/usr/bin/env node" },
    plugins: [leaveOutUnusedParts],
    logLevel: "warning",
  });
  await chmod(outfile, 0o755);
  return outfile;
}

if (require.main === module) {
  const [directory] = process.argv.slice(2);
  if (directory === undefined) throw new Error("usage: tsx build.ts <directory>");
  buildPlugin(resolve(directory)).then((path) => process.stdout.write(`${path}\n`));
}
