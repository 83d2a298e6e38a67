import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Marks all that these tests make. */
export const TEST_LABEL = { label: "drover.test", value: "docker-plugin" };

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

/** Removes what tests have left behind. */
export async function removeLeftovers(): Promise<void> {
  const filter = ["--filter", `label=${TEST_LABEL.label}=${TEST_LABEL.value}`, "-q"];
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  const containers = lines(await docker("ps", "-a", ...filter));
  if (containers.length > 0) await docker("rm", "-f", "-v", ...containers);
  const networks = lines(await docker("network", "ls", ...filter));
  if (networks.length > 0) await docker("network", "rm", ...networks);
  const volumes = lines(await docker("volume", "ls", ...filter));
  if (volumes.length > 0) await docker("volume", "rm", ...volumes);
}
