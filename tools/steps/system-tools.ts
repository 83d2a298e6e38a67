import { asRoot, exec, tryExec } from "../system/exec";
import type { Step } from "./step";

/** Commands that set-up, the connection to machines and the tests start, by the Debian package that has them. */
const packageOf: Readonly<Record<string, string>> = {
  ssh: "openssh-client",
  curl: "curl",
  openssl: "openssl",
  tar: "tar",
};

const minuteMs = 60_000;

async function missing(): Promise<string[]> {
  const script = Object.keys(packageOf)
    .map((command) => `command -v ${command} >/dev/null || echo ${command}`)
    .join("; ");
  return ((await tryExec("sh", ["-c", script])) ?? "").split("\n").filter(Boolean);
}

/** What a bare system may lack. */
export const systemTools: Step = {
  name: "system tools",
  limitMinutes: 8,
  check: async () => (await missing()).length === 0,
  async apply(note) {
    const commands = await missing();
    if ((await tryExec("apt-get", ["--version"])) === undefined) {
      throw new Error(`${commands.join(", ")} cannot be found, and there is no apt-get: install them, and run again.`);
    }
    const packages = [...commands.flatMap((command) => packageOf[command] ?? []), "ca-certificates"];
    note(`installing ${packages.join(", ")}`);
    await exec(...asRoot("apt-get", ["update", "-q"]), { limitMs: 3 * minuteMs });
    const install = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", "--no-install-recommends"];
    await exec(...asRoot("env", [...install, ...packages]), { limitMs: 5 * minuteMs });
  },
};
