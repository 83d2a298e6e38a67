import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { exec, tryExec } from "../system/exec";
import { root } from "../system/paths";

/** How long the dockerd inside the machine that fills a store may take to answer. */
const daemonLimitSeconds = 60;

/** The label that marks image stores, so that they can be found and counted as cache. */
export const storeLabel = "drover.cache=image-store";

/** The label of stores that this clone has made. */
const cloneLabel = `drover.clone=${createHash("sha256").update(root).digest("hex").slice(0, 12)}`;

/** Written into a store when it is complete; without it the filling was cut off. */
const marker = "/store/.complete";

/** What a container needs for a dockerd of its own inside; the same as a machine gets. */
const machineFlags = [
  "--cap-add=SYS_ADMIN",
  "--cap-add=NET_ADMIN",
  "--security-opt=seccomp=unconfined",
  "--security-opt=apparmor=unconfined",
];

/** True when the volume is there; a quick look that does not open it. */
export async function storeExists(volume: string): Promise<boolean> {
  return (await tryExec("docker", ["volume", "inspect", "-f", "{{.Name}}", volume])) !== undefined;
}

/** Runs a command with the store at /store. */
function inStore(volume: string, machineImage: string, command: readonly string[]): string[] {
  return ["run", "--rm", "--network=none", "-v", `${volume}:/store`, machineImage, ...command];
}

/** True when the store is there and was filled to the end. */
export async function storeComplete(volume: string, machineImage: string): Promise<boolean> {
  if (!(await storeExists(volume))) return false;
  return (await tryExec("docker", inStore(volume, machineImage, ["test", "-f", marker]))) !== undefined;
}

/** An image that a store gets. */
export interface StoredImage {
  /** Its name on this computer. */
  reference: string;
  /** A further name that it has on the machines. */
  tag?: string | undefined;
}

/**
 * Makes a volume that holds a ready data-root of dockerd with the given images in it. Machines get their first
 * images as hard links into it. A marker in the volume tells a finished store from one whose filling was cut off.
 */
export async function makeStore(volume: string, machineImage: string, images: readonly StoredImage[]): Promise<void> {
  const filler = `${volume}-filler`;
  await tryExec("docker", ["rm", "-f", filler]);
  await tryExec("docker", ["volume", "rm", "-f", volume]);
  await exec("docker", ["volume", "create", "--label", storeLabel, "--label", cloneLabel, volume], { limitMs: 30_000 });
  try {
    const mounts = ["-v", `${volume}:/var/lib/docker`, "--tmpfs", "/run:exec"];
    const daemon = ["dockerd", "--iptables=false", "--bridge=none", "--ip-masq=false"];
    const run = [
      "run",
      "-d",
      "--name",
      filler,
      "--stop-signal=SIGTERM",
      "--network=none",
      ...machineFlags,
      ...mounts,
      machineImage,
      ...daemon,
    ];
    await exec("docker", run, { limitMs: 60_000 });
    await daemonAnswers(filler);
    const refs = images.map(({ reference }) => `'${reference}'`).join(" ");
    await exec("sh", ["-c", `docker save ${refs} | docker exec -i ${filler} docker load -q`], { limitMs: 600_000 });
    for (const { reference, tag } of images) {
      if (tag) await exec("docker", ["exec", filler, "docker", "tag", reference, tag], { limitMs: 30_000 });
    }
    await exec("docker", ["stop", "-t", "30", filler], { limitMs: 60_000 });
    await exec("docker", inStore(volume, machineImage, ["touch", marker]), { limitMs: 60_000 });
  } catch (error) {
    await tryExec("docker", ["rm", "-f", filler], 30_000);
    await tryExec("docker", ["volume", "rm", volume], 30_000);
    throw error;
  }
  await exec("docker", ["rm", "-f", filler], { limitMs: 30_000 });
}

async function daemonAnswers(container: string): Promise<void> {
  const until = Date.now() + daemonLimitSeconds * 1000;
  while ((await tryExec("docker", ["exec", container, "docker", "version"])) === undefined) {
    if (Date.now() > until) {
      const log = await tryExec("docker", ["logs", "--tail", "10", container]);
      throw new Error(`the dockerd that fills the image store does not answer after ${daemonLimitSeconds} s:\n${log}`);
    }
    await delay(200);
  }
}

/**
 * Removes stores that this clone has made, other than the one in use: machines hold links of their own, so nothing
 * depends on them. Another clone may still start machines with its own.
 */
export async function removeOtherStores(volume: string): Promise<void> {
  const names = await tryExec("docker", ["volume", "ls", "-q", "--filter", `label=${cloneLabel}`]);
  for (const name of (names ?? "").split("\n").filter((name) => name && name !== volume)) {
    await tryExec("docker", ["volume", "rm", name], 60_000);
  }
}
