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

/** A bridge network, and this computer's address as containers in it reach it. */
export interface TestNetwork {
  name: string;
  host: string;
}

/**
 * The tests' own network, made when it is missing. Docker gives it a hardware address of its own; the default bridge
 * may be without one, and then takes that of one container after the other, so that others lose their gateway for
 * half a minute whenever one comes or goes.
 */
export async function testNetwork(): Promise<TestNetwork> {
  const name = "drover-test";
  const ask = () => docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", name);
  const host = await ask().catch(async () => {
    await docker("network", "create", "--label", "drover.test=network", name);
    return ask();
  });
  return { name, host };
}
