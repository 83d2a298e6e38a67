import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BadRequest } from "../../bad-request";
import { command } from "../../kernel/command";
import { shutDown } from "../../kernel/file-system";
import type { Backend, CloudVolume, VolumeSpec } from "../backend";
import { CloudError } from "../cloud-error";
import { bind, devicesOf, refreshSize, unbind } from "./loop-devices";
import { VolumeFolder } from "./volume-folder";

/** How long the kernel may take to end a binding that nothing uses: the mounts of a killed machine go a little later. */
const unbindLimitMs = 3_000;

const pollMs = 50;

/** Image files in one folder that all machines share play the cloud's part; an attachment is a bound loop device. */
export class LoopBackend implements Backend {
  private readonly folder: VolumeFolder;

  /** @param server name of this machine, which no other machine of the folder has */
  constructor(
    root: string,
    readonly server: string,
  ) {
    this.folder = new VolumeFolder(root);
  }

  check({ type, encrypted }: VolumeSpec): void {
    if (type !== undefined && type !== "thin" && type !== "thick") {
      throw new BadRequest(`type ${JSON.stringify(type)} is refused: the loop backend has thin and thick`);
    }
    if (encrypted) throw new BadRequest("encrypted is refused: the loop backend cannot encrypt; leave it out");
  }

  find(name: string): Promise<CloudVolume | undefined> {
    return this.folder.read(name);
  }

  async list(): Promise<CloudVolume[]> {
    const volumes = await Promise.all((await this.folder.names()).map((name) => this.folder.read(name)));
    return volumes.filter((volume) => volume !== undefined);
  }

  create(spec: VolumeSpec): Promise<CloudVolume> {
    return this.call(spec.name, "create", async () => {
      if (spec.snapshot !== undefined) {
        const sizeGb = await this.folder.snapshotSizeGb(spec.snapshot);
        if (sizeGb === undefined) throw new Error(`there is no snapshot ${spec.snapshot}`);
        if (sizeGb > spec.sizeGb) throw new Error(`snapshot ${spec.snapshot} needs ${sizeGb} GB`);
      }
      await this.folder.create(spec);
      const volume = await this.folder.read(spec.name);
      if (!volume) throw new Error("it is gone again");
      return volume;
    });
  }

  remove({ name }: CloudVolume): Promise<void> {
    return this.call(name, "remove", async () => {
      if ((await this.unbindAll(name)).length > 0) throw new Error("it is in use: stop what uses it first");
      await this.folder.remove(name);
    });
  }

  attach({ name }: CloudVolume): Promise<string> {
    return this.call(name, "attach", async () => {
      const holder = await this.folder.claimFor(name, this.server);
      if (holder !== this.server) throw new Error(`it is attached to ${holder}`);
      const image = this.folder.image(name);
      return (await devicesOf(image))[0] ?? (await bind(image));
    });
  }

  /** The binding goes with the mount, also when the machine is killed: no device is left bound to anything. */
  mounted(device: string): Promise<void> {
    return unbind(device);
  }

  detach({ name }: CloudVolume, server: string): Promise<void> {
    return this.call(name, "detach", async () => {
      const bound = await this.unbindAll(name);
      if (bound.length > 0) throw new Error(`${bound.join(", ")} is still in use`);
      await this.folder.disclaim(name, server);
    });
  }

  /**
   * A dead machine's mounts are gone, and with them what kept the device bound. One that is only cut off or frozen
   * still has the file system mounted: it is shut down for all its users, and what is on the disk moves to another
   * file, so that not even the last write of its unmount arrives.
   */
  forceDetach({ name }: CloudVolume, server: string): Promise<void> {
    return this.call(name, "force detach", async () => {
      for (const device of await this.unbindAll(name)) {
        await shutDownEverywhere(device);
        await this.folder.replaceImage(name);
        await refreshSize(device);
      }
      await this.folder.disclaim(name, server);
    });
  }

  grow({ name }: CloudVolume, sizeGb: number): Promise<void> {
    return this.call(name, "grow", async () => {
      await this.folder.grow(name, sizeGb);
      for (const device of await devicesOf(this.folder.image(name))) await refreshSize(device);
    });
  }

  snapshot({ name }: CloudVolume, snapshot: string): Promise<void> {
    return this.call(name, "snapshot", () => this.folder.snapshot(name, snapshot));
  }

  removeSnapshot(snapshot: string): Promise<void> {
    return this.call("-", `remove snapshot ${snapshot}`, () => this.folder.removeSnapshot(snapshot));
  }

  /** Ends all bindings of a volume. @returns the devices that are in use and stay bound */
  private async unbindAll(name: string): Promise<string[]> {
    const image = this.folder.image(name);
    const end = Date.now() + unbindLimitMs;
    for (;;) {
      const bound = await devicesOf(image);
      if (bound.length === 0 || Date.now() > end) return bound;
      for (const device of bound) await unbind(device);
      await delay(pollMs);
    }
  }

  private async call<T>(volume: string, call: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new CloudError({ volume, slave: this.server, call }, (error as Error).message);
    }
  }
}

/** Mounts of one device share one file system in the kernel, so ours can shut down everybody's. */
async function shutDownEverywhere(device: string): Promise<void> {
  const mountPoint = await mkdtemp(join(tmpdir(), "drover-cut-"));
  try {
    await command("mount", [device, mountPoint]);
    await shutDown(mountPoint);
    await command("umount", [mountPoint]);
  } finally {
    await rmdir(mountPoint);
  }
}
