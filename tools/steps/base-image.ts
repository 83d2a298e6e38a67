import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { asRoot, exec, tryExec } from "../system/exec";
import { cacheDir } from "../system/paths";
import type { Step } from "./step";

/** What every Dockerfile in images/ and apps/ starts from. */
export const baseImage = "debian:bookworm-slim";

/** Files that an image has no use for; the list is the one that the official slim image leaves out. */
const leftOut = ["/usr/share/doc/*", "/usr/share/info/*", "/usr/share/man/*", "/usr/share/locale/*"];

/** Makes the base image from Debian's packages, kept as an archive in the cache. */
async function bootstrap(archive: string, note: (text: string) => void): Promise<void> {
  if ((await tryExec("mmdebstrap", ["--version"])) === undefined) {
    note("installing mmdebstrap");
    await exec(...asRoot("apt-get", ["update", "-q"]), { limitMs: 180_000 });
    await exec(...asRoot("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", "mmdebstrap"]), {
      limitMs: 180_000,
    });
  }
  note("making it with mmdebstrap");
  await mkdir(cacheDir, { recursive: true });
  const half = `${archive}.half.tar`;
  const excludes = leftOut.map((path) => `--dpkgopt=path-exclude=${path}`);
  const args = ["--variant=minbase", "--include=ca-certificates", ...excludes, "bookworm", half];
  await exec(...asRoot("mmdebstrap", args), { limitMs: 300_000 });
  await rename(half, archive);
}

/** `debian:bookworm-slim`: pulled where a registry can be reached, else made from packages under that very tag. */
export const baseImageStep: Step = {
  name: "base image",
  limitMinutes: 8,
  async check() {
    return (await tryExec("docker", ["image", "inspect", "--format", "{{.Id}}", baseImage])) !== undefined;
  },
  async apply(note) {
    const archive = join(cacheDir, "bookworm-slim.tar");
    if (!existsSync(archive)) {
      note(`pulling ${baseImage}`);
      if ((await tryExec("docker", ["pull", "-q", baseImage], 60_000)) !== undefined) return;
      await bootstrap(archive, note);
    }
    await exec("docker", ["import", "--change", 'CMD ["bash"]', archive, baseImage], { limitMs: 120_000 });
  },
};
