import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One file's tests must not remove what those of another file use at the same time. */
const RUN = randomBytes(6).toString("hex");

/** Marks all that these tests make. */
export const TEST_LABELS = [
  { label: "drover.test", value: "docker-plugin" },
  { label: "drover.test.run", value: RUN },
];

/** The same marks as options of `docker run`. */
export const TEST_LABEL_OPTIONS = TEST_LABELS.flatMap(({ label, value }) => ["--label", `${label}=${value}`]);

/** The image that every host of Drover has. */
export const IMAGE = "debian:bookworm-slim";

/** Runs the docker command; returns what it prints. */
export async function docker(...args: string[]): Promise<string> {
  return (await run("docker", args, { maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
}

/** A value out of `docker inspect`, by Go template. */
export async function inspect<T>(id: string, template: string): Promise<T> {
  return JSON.parse(await docker("inspect", "--format", `{{json ${template}}}`, id)) as T;
}

/** Removes what the tests of this file have left behind. */
export async function removeLeftovers(): Promise<void> {
  const filter = ["--filter", `label=drover.test.run=${RUN}`, "-q"];
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  const containers = lines(await docker("ps", "-a", ...filter));
  if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
  const networks = lines(await docker("network", "ls", ...filter));
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const volumes = lines(await docker("volume", "ls", ...filter));
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}
