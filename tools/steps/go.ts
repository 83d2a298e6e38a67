import { existsSync } from "node:fs";
import { join } from "node:path";
import { asRoot, exec, tryExec } from "../system/exec";
import { cacheDir } from "../system/paths";
import { goVersion } from "../toolchain/versions";

const minutesMs = 60_000;

/** "go version go1.24.3 linux/amd64" -> [1, 24]; undefined for anything else. */
export function parseGoVersion(text: string): [number, number] | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

function isNewEnough(text: string): boolean {
  const found = parseGoVersion(text);
  const wanted = parseGoVersion(`go${goVersion}`);
  if (!found || !wanted) return false;
  return found[0] > wanted[0] || (found[0] === wanted[0] && found[1] >= wanted[1]);
}

/**
 * A Go compiler that can build the toolchain: the one on PATH when it is new enough; else a release that the module
 * proxy serves as the module golang.org/toolchain, fetched with whatever (older) Go the distribution has.
 */
export async function findGo(note: (text: string) => void): Promise<string> {
  const onPath = await tryExec("go", ["version"]);
  if (onPath && isNewEnough(onPath)) return "go";

  const modules = join(cacheDir, "go", "mod");
  const toolchain = join(modules, "golang.org", `toolchain@v0.0.1-go${goVersion}.linux-${goArch()}`);
  const binary = join(toolchain, "bin", "go");
  if (existsSync(binary) && (await tryExec(binary, ["version"]))) return binary;

  if (onPath === undefined) {
    note("installing the distribution's Go, to fetch a newer one with");
    await exec(...asRoot("apt-get", ["update", "-q"]), { limitMs: 3 * minutesMs });
    await exec(
      ...asRoot("env", [
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-qy",
        "--no-install-recommends",
        "golang-go",
        "ca-certificates",
      ]),
      { limitMs: 5 * minutesMs },
    );
  }
  note(`fetching Go ${goVersion} from the module proxy`);
  await exec("go", ["mod", "download", `golang.org/toolchain@v0.0.1-go${goVersion}.linux-${goArch()}`], {
    limitMs: 5 * minutesMs,
    env: { GOMODCACHE: modules, GOFLAGS: "-modcacherw", GO111MODULE: "on" },
    cwd: "/",
  });
  // Module archives carry no permissions, and a compiler is of no use without its run bits.
  await exec("chmod", ["-R", "u+x", join(toolchain, "bin"), join(toolchain, "pkg", "tool")], { limitMs: 60_000 });
  return binary;
}

function goArch(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
