import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalogue } from "../tools/images/catalogue";
import { storeLabel } from "../tools/images/store";
import { exec, tryExec } from "../tools/system/exec";
import { root } from "../tools/system/paths";
import { say } from "../tools/system/progress";
import { computer } from "./computer";
import { isBroken, type Measured, renderTable } from "./table";

/** What a user was promised for a clean clone and cold caches on 2 cores, in seconds. */
const limits = { ready: 20 * 60, toolchain: 7 * 60 };

const baseImage = "debian:bookworm-slim";

/** One progress line of the commands: seconds since that process began, then what it says. */
const progressLine = /^\[\s*([\d.]+)s\] (.*)$/;

/** Removes every image and store that set-up made, as a user may at any time. Fails while a cluster uses them. */
async function forgetImages(): Promise<void> {
  const listed = await exec("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"], { limitMs: 30_000 });
  const tags = [baseImage, ...catalogue.map(({ tag }) => tag)];
  const ours = listed.split("\n").filter((ref) => ref.startsWith("drover/") || tags.includes(ref));
  if (ours.length > 0) await exec("docker", ["image", "rm", "-f", ...ours], { limitMs: 300_000 });
  await exec("docker", ["image", "prune", "-f"], { limitMs: 300_000 });
  const stores = await exec("docker", ["volume", "ls", "-q", "--filter", `label=${storeLabel}`], { limitMs: 30_000 });
  for (const volume of stores.split("\n").filter(Boolean)) {
    await exec("docker", ["volume", "rm", volume], { limitMs: 60_000 });
  }
}

/**
 * Measures `npm run up` in a clean clone with cold caches: node modules, toolchain, base image, images, and the start.
 * Takes away the documented cache of images; the caches of npm, Go and the toolchain are replaced by empty folders.
 */
export async function coldStart(): Promise<number> {
  if (await tryExec("docker", ["network", "inspect", "drover-local-network"])) {
    throw new Error("the bench brings local up and down, and it is running: `npm run down` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "drover-cold-"));
  const clone = join(folder, "clone");
  const env = {
    DROVER_CACHE_DIR: join(folder, "cache"),
    npm_config_cache: join(folder, "npm"),
    GOMODCACHE: join(folder, "go-modules"),
    GOCACHE: join(folder, "go-build"),
    GOFLAGS: "-modcacherw",
  };
  try {
    await exec("git", ["clone", "--quiet", root, clone], { limitMs: 60_000 });
    await forgetImages();
    const ended: Record<string, number> = {};
    const onLine = (line: string) => {
      const [, at, what = ""] = progressLine.exec(line) ?? [];
      const step = /^(.*): ready$/.exec(what)?.[1];
      if (step) ended[step] = Number(at);
      if (at && !what.includes(": still ")) say(what);
    };
    const started = performance.now();
    await exec("npm", ["run", "--silent", "up"], { cwd: clone, env, limitMs: 2 * limits.ready * 1000, onLine });
    const ready = (performance.now() - started) / 1000;
    const between = (from: string, to: string) => (ended[to] ?? Number.NaN) - (ended[from] ?? Number.NaN);
    const row = (what: string, seconds: number, limit?: number): Measured => ({
      what,
      unit: "s",
      drover: seconds,
      limit,
    });
    const rows = [
      row("node modules", ended["node modules"] ?? Number.NaN),
      row("Pulumi toolchain", between("state folder", "Pulumi toolchain"), limits.toolchain),
      row("base image", between("Pulumi plugins", "base image")),
      row("images", between("base image", "images")),
      row("npm run up, all of it", ready, limits.ready),
    ];
    process.stdout.write(`\n${computer()}\n\n${renderTable(rows)}`);
    return rows.some(isBroken) ? 1 : 0;
  } finally {
    await tryExec("npm", ["run", "--silent", "--prefix", clone, "down"], 120_000);
    rmSync(folder, { recursive: true, force: true });
  }
}
