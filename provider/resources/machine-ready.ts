import { spawn } from "node:child_process";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshConnection, SshTarget } from "../ssh/connection";
import { reach } from "../ssh/reach";

export interface MachineReadyInputs {
  machine: SshTarget;
  /** Changes when the machine was made again. */
  machineId: string;
  /** References built on this computer that must be in the machine's image store. */
  images: string[];
  timeoutSeconds: number;
}

const engine = { command: "docker version -f '{{.Server.Version}}'", shows: "Docker" };
const copyLimitMs = 10 * 60_000;

/** Copies images from the Docker engine of this computer to the machine's, those that are not there yet. */
async function copyMissing(connection: SshConnection, images: readonly string[], progress: Progress): Promise<void> {
  const format = "{{.Repository}}:{{.Tag}}";
  const present = new Set((await connection.exec(`docker images --format '${format}'`, 30_000)).split("\n"));
  const missing = images.filter((image) => !present.has(image));
  if (missing.length === 0) return;
  progress(`copying ${missing.join(", ")}`);
  const save = spawn("docker", ["save", ...missing], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  save.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk;
  });
  const saved = new Promise<void>((resolve, reject) => {
    save.on("error", reject);
    save.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`docker save failed: ${complaint.trim()}`))));
  });
  await Promise.all([saved, connection.exec("docker load -q", copyLimitMs, save.stdout)]);
}

async function makeReady(inputs: MachineReadyInputs, progress: Progress): Promise<Record<string, never>> {
  const connection = await reach(inputs.machine, engine, inputs.timeoutSeconds, progress);
  try {
    await copyMissing(connection, inputs.images, progress);
  } finally {
    connection.close();
  }
  return {};
}

/**
 * There when a machine can be worked with: SSH and Docker answer, and the images that were built on this computer are
 * in its store. A new machine was seeded with them; one that has been running gets what was built since.
 */
export const machineReady: ResourceHandler<MachineReadyInputs, Record<string, never>> = {
  changed: (olds, news) =>
    olds.machineId !== news.machineId || JSON.stringify(olds.images) !== JSON.stringify(news.images),
  create: makeReady,
  update: (_olds, news, progress) => makeReady(news, progress),
};
