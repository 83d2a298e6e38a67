import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exec, tryExec } from "../system/exec";
import { binDir, cacheDir, root } from "../system/paths";
import { pulumiVersion } from "../toolchain/versions";
import { findGo } from "./go";
import type { Step } from "./step";

const sdk = join(root, "node_modules", "@pulumi", "pulumi");
const built = join(cacheDir, `pulumi-${pulumiVersion}`);

/** Below our own cache, so that removing that removes all; module files are writable for the same reason. */
const goCaches = {
  GOFLAGS: "-buildvcs=false -modcacherw",
  GOMODCACHE: join(cacheDir, "go", "mod"),
  GOCACHE: join(cacheDir, "go", "build"),
};
const marker = join(binDir, ".pulumi-version");

/** Node.js programs that the CLI and the language host start by name; the package ships them without the run bit. */
const launchers = ["pulumi-resource-pulumi-nodejs", "pulumi-analyzer-policy"];

/** The version that a `pulumi` on PATH gives itself, without its leading v. */
async function versionOf(command: string): Promise<string | undefined> {
  const text = await tryExec(command, ["version"], 5_000);
  return text?.trim().replace(/^v/, "").split("-")[0];
}

async function onPath(): Promise<boolean> {
  const path = (process.env.PATH ?? "")
    .split(":")
    .filter((dir) => dir !== binDir)
    .join(":");
  const found = (await tryExec("env", [`PATH=${path}`, "sh", "-c", "command -v pulumi"]))?.trim();
  if (!found || (await versionOf(found)) !== pulumiVersion) return false;
  await symlink(found, join(binDir, "pulumi"));
  const host = (await tryExec("env", [`PATH=${path}`, "sh", "-c", "command -v pulumi-language-nodejs"]))?.trim();
  if (host) await symlink(host, join(binDir, "pulumi-language-nodejs"));
  return host !== undefined;
}

async function download(): Promise<boolean> {
  const arch = process.arch === "x64" ? "x64" : process.arch;
  const archive = join(cacheDir, "pulumi.tar.gz");
  const url = `https://get.pulumi.com/releases/sdk/pulumi-v${pulumiVersion}-linux-${arch}.tar.gz`;
  const fetched = await tryExec("curl", ["-fsSL", "--connect-timeout", "5", "-o", archive, url], 180_000);
  if (fetched === undefined) return false;
  await mkdir(built, { recursive: true });
  await exec("tar", ["-xzf", archive, "-C", built, "--strip-components=1"], { limitMs: 60_000 });
  await rm(archive);
  return true;
}

/** Builds one of the commands of tools/toolchain from Go modules. */
async function build(go: string, folder: string, target: string, version: string): Promise<void> {
  const cwd = join(root, "tools", "toolchain", folder);
  const tool = (await readFile(join(cwd, "go.mod"), "utf8")).match(/^tool (\S+)/m)?.[1];
  if (!tool) throw new Error(`tools/toolchain/${folder}/go.mod has no tool line`);
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  await exec(go, ["build", "-ldflags", flags, "-o", join(built, target), tool], {
    cwd,
    limitMs: 15 * 60_000,
    env: { GOTOOLCHAIN: "local", CGO_ENABLED: "0", ...goCaches },
  });
}

async function buildFromModules(note: (text: string) => void): Promise<void> {
  const go = await findGo(note);
  await mkdir(built, { recursive: true });
  note("building the CLI from Go modules (about 2 min of download and compiling on 2 cores)");
  await build(go, "pulumi", "pulumi", pulumiVersion);
  note("building the Node.js language host from Go modules");
  await build(go, "language-nodejs", "pulumi-language-nodejs", pulumiVersion);
}

/** The CLI, its Node.js language host and the SDK's launchers, gathered in one folder that goes first on PATH. */
export const pulumiToolchain: Step = {
  name: "Pulumi toolchain",
  limitMinutes: 20,
  async check() {
    const files = ["pulumi", "pulumi-language-nodejs", ...launchers].map((file) => join(binDir, file));
    return files.every(existsSync) && existsSync(marker) && (await readFile(marker, "utf8")) === pulumiVersion;
  },
  async apply(note) {
    await rm(binDir, { recursive: true, force: true });
    await mkdir(binDir, { recursive: true });
    await mkdir(cacheDir, { recursive: true });
    if (!(await onPath())) {
      if (!existsSync(join(built, "pulumi-language-nodejs"))) {
        note(`fetching Pulumi ${pulumiVersion}`);
        if (!(await download())) await buildFromModules(note);
      }
      for (const file of ["pulumi", "pulumi-language-nodejs"]) await cp(join(built, file), join(binDir, file));
    }
    for (const launcher of launchers) {
      await chmod(join(sdk, launcher), 0o755);
      await symlink(join(sdk, launcher), join(binDir, launcher));
    }
    await writeFile(marker, pulumiVersion);
  },
};
