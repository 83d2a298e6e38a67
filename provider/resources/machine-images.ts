import { spawn } from "node:child_process";
import type { ResourceHandler } from "../server/resource";
import { SshConnection, type SshTarget } from "../ssh/connection";

export interface MachineImagesInputs {
  machine: SshTarget;
  /** Changes when the machine was made again. */
  machineId: string;
  /** References that must be in the machine's image store. */
  images: string[];
}

const copyLimitMs = 10 * 60_000;

/** Copies images from the Docker engine of this computer to the machine's, those that are not there yet. */
async function copyMissing(inputs: MachineImagesInputs, progress: (text: string) => void): Promise<void> {
  const connection = await SshConnection.connect(inputs.machine);
  try {
    const format = "{{.Repository}}:{{.Tag}}";
    const present = new Set((await connection.exec(`docker images --format '${format}'`, 30_000)).split("\n"));
    const missing = inputs.images.filter((image) => !present.has(image));
    if (missing.length === 0) return;
    progress(`copying ${missing.join(", ")} to ${inputs.machine.hostname}`);
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
  } finally {
    connection.close();
  }
}

/**
 * Images that were built on this computer, in a machine's image store. A new machine has been seeded with them, so
 * nothing is copied; a machine that has been running gets what was built since.
 */
export const machineImages: ResourceHandler<MachineImagesInputs, Record<string, never>> = {
  changed: (olds, news) =>
    olds.machineId !== news.machineId || JSON.stringify(olds.images) !== JSON.stringify(news.images),
  async create(news, progress) {
    await copyMissing(news, progress);
    return {};
  },
  async update(_olds, news, progress) {
    await copyMissing(news, progress);
    return {};
  },
};
