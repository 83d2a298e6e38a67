import { chmod, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** The name under which Pulumi looks for the plugin on PATH. */
export const PLUGIN = "pulumi-resource-docker";

/** Parts of dockerode that are never called here and would make the start slower: its own ssh client and sessions of BuildKit. */
const UNUSED = /docker-modem\/lib\/ssh\.js$|dockerode\/lib\/(session|buildkit)\.js$/;

const leaveOutUnused: Plugin = {
  name: "leave-out-unused",
  setup(builder) {
    builder.onLoad({ filter: UNUSED }, () => ({ contents: "module.exports = {};" }));
  },
};

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
    plugins: [leaveOutUnused],
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
