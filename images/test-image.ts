import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * Builds an image of this folder under the tag `drover-test/<name>`, for tests; Docker's cache makes repeats cheap.
 * @param context the build context, where it is not the image's own folder
 * @returns the tag
 */
export async function buildTestImage(name: string, context = join(__dirname, name)): Promise<string> {
  const tag = `drover-test/${name}`;
  const dockerfile = join(__dirname, name, "Dockerfile");
  await docker("build", "--quiet", "--network", "host", "--file", dockerfile, "--tag", tag, context);
  return tag;
}

/** Runs the docker CLI and returns what it prints. @throws Error with the CLI's own words */
export async function docker(...args: string[]): Promise<string> {
  try {
    return (await run("docker", args, { maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
  } catch (error) {
    const { stderr, stdout } = error as { stderr: string; stdout: string };
    throw new Error(`docker ${args[0]}: ${(stderr + stdout).trim()}`);
  }
}

/** Address of the host as containers on Docker's default bridge reach it, asked of a container from `image`. */
export async function hostAddress(image: string): Promise<string> {
  const entry = await docker("run", "--rm", "--add-host", "host:host-gateway", image, "getent", "hosts", "host");
  return entry.split(/\s+/)[0] ?? "";
}
