import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { blockStoreFolder, loopDevices } from "@drover/lib/block-volume";

const run = promisify(execFile);

/** Where the local cloud keeps volumes, and what can make them there. */
export interface LoopStore {
  /** Docker volume with the image files, which all slaves share. */
  volume: string;
  /** Image of the volume driver. */
  image: string;
}

/** A thick volume is written out in full. */
const limitMs = 300_000;

/** A volume as the driver's own code describes it. */
export interface Found {
  sizeGb: number;
}

/**
 * Does something to a volume of the local cloud, by the driver's own code in a container of its image: the folder is
 * root's, and who runs Pulumi may only speak to Docker.
 * @returns the volume afterwards; undefined when there is none
 * @throws Error with the driver's words
 */
export async function inBlockStore(
  { volume, image }: LoopStore,
  verb: "make" | "show" | "remove",
  ...words: string[]
): Promise<Found | undefined> {
  const options = [
    ...["--rm", "--pull=never", "--network=none", "--memory=256m", "--cpus=1"],
    `--volume=${volume}:${blockStoreFolder}`,
    // The device of a volume that grows in use is told.
    "--cap-add=SYS_ADMIN",
    ...loopDevices.map((device) => `--device=${device}`),
  ];
  try {
    const { stdout } = await run("docker", ["run", ...options, image, "store", verb, ...words], { timeout: limitMs });
    return (JSON.parse(stdout) as Found | null) ?? undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(stderr?.trim() || message);
  }
}
