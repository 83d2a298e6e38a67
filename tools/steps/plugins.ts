import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPlugin } from "../docker-plugin/build";
import { bundle } from "../images/bundle";
import { digestOf, filesBelow } from "../images/digest";
import { tryExec } from "../system/exec";
import { binDir, bundlesDir, pulumiHome, root, stateDir } from "../system/paths";
import { dockerPluginVersion } from "../toolchain/versions";
import type { Step } from "./step";

const stamp = join(bundlesDir, "plugins.digest");
const pluginFolder = join(pulumiHome, "plugins", `resource-docker-v${dockerPluginVersion}`);
const sources = ["provider", "lib", "tools/docker-plugin", "package-lock.json"];

function sourcesDigest(): string {
  return digestOf(
    root,
    sources.flatMap((path) => filesBelow(join(root, path))).filter((file) => !file.endsWith(".test.ts")),
  );
}

/** A program that Pulumi can start: hands its arguments to a bundle. */
async function writeLauncher(folder: string, name: string, bundleName: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `pulumi-resource-${name}`);
  await writeFile(file, `#!/bin/sh\nexec node --enable-source-maps '${join(bundlesDir, `${bundleName}.cjs`)}' "$@"\n`);
  await chmod(file, 0o755);
}

/** True when Pulumi has the official docker plugin, now or after a short try to download it. */
async function officialDockerPlugin(note: (text: string) => void): Promise<boolean> {
  const binary = join(pluginFolder, "pulumi-resource-docker");
  // The stand-in is a script; the official plugin is a machine's program.
  if (existsSync(binary) && !(await readFile(binary)).subarray(0, 2).equals(Buffer.from("#!"))) return true;
  await rm(pluginFolder, { recursive: true, force: true });
  note(`fetching the docker plugin ${dockerPluginVersion}`);
  const install = ["plugin", "install", "resource", "docker", dockerPluginVersion];
  const env = [`PULUMI_HOME=${pulumiHome}`, "PULUMI_SKIP_UPDATE_CHECK=true"];
  return (await tryExec("env", [...env, join(binDir, "pulumi"), ...install], 120_000)) !== undefined;
}

/** The provider `drover`, and the docker plugin: the official one, or the stand-in where it cannot be had. */
export const plugins: Step = {
  name: "Pulumi plugins",
  limitMinutes: 5,
  async check() {
    return (
      existsSync(join(pluginFolder, "pulumi-resource-docker")) &&
      existsSync(stamp) &&
      (await readFile(stamp, "utf8")) === sourcesDigest()
    );
  },
  async apply(note) {
    note("bundling the provider");
    await bundle({ drover: join(root, "provider", "main.ts") }, bundlesDir);
    await writeLauncher(join(stateDir, "provider"), "drover", "drover");
    if (!(await officialDockerPlugin(note))) {
      note("it cannot be downloaded here: installing the stand-in of tools/docker-plugin");
      await buildPlugin(pluginFolder);
    }
    await writeFile(stamp, sourcesDigest());
  },
};
