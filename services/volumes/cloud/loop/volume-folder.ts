import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileSystems } from "@drover/lib/block-volume";
import { z } from "zod";
import { command } from "../../kernel/command";
import type { CloudVolume, VolumeSpec } from "../backend";

const gb = 1024 ** 3;

const facts = z.object({
  fs: z.enum(fileSystems),
  type: z.enum(["thin", "thick"]),
  createdAt: z.string(),
});

/** The loop cloud's records: a folder that all machines share. Every change of it is one atomic step. */
export class VolumeFolder {
  constructor(private readonly root: string) {}

  /** The file that is the disk. */
  image(name: string): string {
    return join(this.root, "volumes", name, "disk.img");
  }

  async names(): Promise<string[]> {
    return (await this.entries("volumes")).filter((name) => !name.startsWith(".")).sort();
  }

  async read(name: string): Promise<CloudVolume | undefined> {
    try {
      const { fs, type, createdAt } = facts.parse(JSON.parse(await readFile(this.facts(name), "utf8")));
      const { size } = await stat(this.image(name));
      const server = await readlink(this.claim(name)).catch(() => undefined);
      const attachedTo = server === undefined ? [] : [server];
      return { name, id: name, sizeGb: size / gb, fs, type, encrypted: false, createdAt, attachedTo };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** Makes the files aside and moves them into place. @throws Error EEXIST, ENOTEMPTY when the name is taken */
  async create({ name, sizeGb, fs, type = "thin", snapshot }: VolumeSpec): Promise<void> {
    const aside = join(this.root, "volumes", `.${name}.${randomUUID()}`);
    try {
      await mkdir(aside, { recursive: true });
      const image = join(aside, "disk.img");
      if (snapshot !== undefined) await copySparse(this.snapshotImage(snapshot), image);
      const file = await open(image, "a", 0o600);
      await file.truncate(sizeGb * gb);
      await file.close();
      if (type === "thick") await command("fallocate", ["--length", String(sizeGb * gb), image], { limitMs: 300_000 });
      await writeFile(join(aside, "volume.json"), JSON.stringify({ fs, type, createdAt: new Date().toISOString() }));
      await rename(aside, join(this.root, "volumes", name));
    } catch (error) {
      await rm(aside, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    const aside = join(this.root, "volumes", `.${name}.${randomUUID()}`);
    await rename(join(this.root, "volumes", name), aside);
    await rm(aside, { recursive: true });
  }

  /** Notes a server as the one that has the volume. @returns who has it now */
  async claimFor(name: string, server: string): Promise<string> {
    try {
      await symlink(server, this.claim(name));
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      return readlink(this.claim(name));
    }
  }

  async disclaim(name: string, server: string): Promise<void> {
    const holder = await readlink(this.claim(name)).catch(() => undefined);
    if (holder === server) await rm(this.claim(name));
  }

  async grow(name: string, sizeGb: number): Promise<void> {
    const file = await open(this.image(name), "r+");
    await file.truncate(sizeGb * gb);
    await file.close();
  }

  /** Moves the data to a new file and empties the old one, which a device somewhere may still be bound to. */
  async replaceImage(name: string): Promise<void> {
    const image = this.image(name);
    const copy = `${image}.${randomUUID()}`;
    const old = await open(image, "r+");
    try {
      await copySparse(image, copy);
      await rename(copy, image);
      await old.truncate(0);
    } finally {
      await old.close();
    }
  }

  async snapshot(name: string, snapshot: string): Promise<void> {
    const target = this.snapshotImage(snapshot);
    await mkdir(join(this.root, "snapshots"), { recursive: true });
    if (await this.snapshotSizeGb(snapshot)) throw new Error(`there is a snapshot ${snapshot} already`);
    const aside = `${target}.${randomUUID()}`;
    await copySparse(this.image(name), aside);
    await rename(aside, target);
  }

  async snapshotSizeGb(snapshot: string): Promise<number | undefined> {
    const found = await stat(this.snapshotImage(snapshot)).catch(() => undefined);
    return found && found.size / gb;
  }

  async removeSnapshot(snapshot: string): Promise<void> {
    await rm(this.snapshotImage(snapshot));
  }

  private snapshotImage(snapshot: string): string {
    return join(this.root, "snapshots", `${snapshot}.img`);
  }

  private facts(name: string): string {
    return join(this.root, "volumes", name, "volume.json");
  }

  /** A symbolic link is made with its content in one step, or not at all. */
  private claim(name: string): string {
    return join(this.root, "volumes", name, "attached-to");
  }

  private async entries(folder: string): Promise<string[]> {
    return readdir(join(this.root, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
  }
}

async function copySparse(from: string, to: string): Promise<void> {
  await command("cp", ["--sparse=always", "--reflink=auto", from, to], { limitMs: 600_000 });
  await command("sync", [to], { limitMs: 600_000 });
}
