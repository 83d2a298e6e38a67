import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { LocalSetUp } from "../../components/images";

/** Runs a script in the machine image, which has the real cloud-init and systemd: for tests. */
export function inMachine(script: string, input: string, network = "none"): { status: number | null; output: string } {
  const { images } = JSON.parse(
    readFileSync(`${process.env.DROVER_STATE_DIR ?? ".drover"}/images.json`, "utf8"),
  ) as LocalSetUp;
  const labels = ["--label", "drover.test=cloud-init"];
  const args = ["run", "--rm", "-i", ...labels, `--network=${network}`, images.machine ?? "", "sh", "-c", script];
  const { status, stdout, stderr } = spawnSync("docker", args, { input, encoding: "utf8", timeout: 60_000 });
  return { status, output: stdout + stderr };
}

/** A file of a machine's user data. */
export interface WrittenFile {
  path: string;
  content: string;
  permissions: string;
}

export function filesOf(userData: string): WrittenFile[] {
  return (parse(userData) as { write_files: WrittenFile[] }).write_files;
}

/** Shell lines that put the files where cloud-init would. */
export function placeFiles(files: readonly WrittenFile[]): string {
  return files
    .map(({ path, content, permissions }) => {
      const encoded = Buffer.from(content).toString("base64");
      return `mkdir -p $(dirname ${path}) && printf %s '${encoded}' | base64 -d > ${path} && chmod ${permissions} ${path}\n`;
    })
    .join("");
}
