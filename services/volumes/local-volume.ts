import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { FileSystem } from "@drover/lib/block-volume";
import type { Logger } from "@drover/lib/log";
import { CommandError, command } from "./kernel/command";
import {
  check,
  fillMounted,
  fillUnmounted,
  format,
  mount,
  probe,
  shutDown,
  unmount,
  writeOut,
} from "./kernel/file-system";
import { ownMounts, usersOf } from "./kernel/mount-table";

/** Data lies below this folder of the file system, as REX-Ray has it: lost+found is not in the way. */
const dataName = "data";

const pollMs = 20;

/** How long an unmount is tried again while the file system is busy, once nobody should use it any more. */
const leaveLimitMs = 10_000;

/** One volume on this slave: its device, its mount, who uses it. The kernel is asked, nothing is remembered. */
export class LocalVolume {
  readonly mountPoint: string;
  readonly dataFolder: string;
  /** Docker's ids of the container starts that use it; those of an earlier driver process are only seen as users. */
  readonly ids = new Set<string>();
  private device: { path: string; fs: FileSystem } | undefined;
  private current: { device: string; fs: FileSystem; number: string } | undefined;
  private readonly ended = new AbortController();

  constructor(
    readonly name: string,
    folder: string,
    private readonly log: Logger,
  ) {
    this.mountPoint = join(folder, name);
    this.dataFolder = join(this.mountPoint, dataName);
  }

  /** The device and file system, while it is mounted. */
  get mounted(): { device: string; fs: FileSystem } | undefined {
    return this.current;
  }

  /** Its lease was lost: it cannot be mounted any more. */
  get isLost(): boolean {
    return this.ended.signal.aborted;
  }

  /** Says which device it is. @param fs what a blank one is formatted with */
  attached(device: string, fs: FileSystem): void {
    this.device = { path: device, fs };
  }

  /** Takes over the mount of an earlier process. */
  async adopt(): Promise<void> {
    const words = ["--noheadings", "--output", "SOURCE,FSTYPE", "--mountpoint", this.mountPoint];
    const [device = "", fs] = (await command("findmnt", words)).stdout.trim().split(/\s+/);
    this.attached(device, fs === "xfs" ? "xfs" : "ext4");
    await this.mountedNow(device, fs === "xfs" ? "xfs" : "ext4");
  }

  /** Formats a blank device, checks one that is not, and mounts it. Does nothing when it is mounted. */
  async mount(): Promise<void> {
    if (this.current) return;
    if (!this.device) throw new Error(`volume ${this.name} is not attached`);
    const { path, fs: wanted } = this.device;
    const { signal } = this.ended;
    const startedMs = Date.now();
    const found = await probe(path, { signal });
    const fs = found ?? wanted;
    if (found) {
      if (found !== wanted)
        this.log.warn({ volume: this.name, found, wanted }, "the file system that is there is kept");
      await check(path, fs, this.log.child({ volume: this.name }), { signal });
      await fillUnmounted(path, fs, { signal });
    } else {
      await format(path, fs, { signal });
      this.log.info({ volume: this.name, device: path, fs }, "formatted");
    }
    const checkedMs = Date.now();
    signal.throwIfAborted();
    await mount(path, fs, this.mountPoint, { signal });
    await this.mountedNow(path, fs);
    if (signal.aborted) {
      await this.unmount();
      signal.throwIfAborted();
    }
    if (fs === "xfs") await fillMounted(path, fs, this.mountPoint);
    await mkdir(this.dataFolder, { recursive: true, mode: 0o755 });
    this.log.info({ volume: this.name, checkMs: checkedMs - startedMs, mountMs: Date.now() - checkedMs }, "mounted");
  }

  async unmount(): Promise<void> {
    if (!this.current) return;
    await unmount(this.mountPoint);
    this.current = undefined;
  }

  /** Processes of containers that see the file system. */
  async users(): Promise<number[]> {
    return this.current ? usersOf(this.current.number, this.mountPoint) : [];
  }

  /**
   * Stops the containers that use the volume and unmounts it; what still uses it at `cutAtMs` is cut off from it.
   * Whatever is under way with it ends, and it cannot be mounted again.
   */
  async giveUp(cutAtMs: number): Promise<void> {
    this.ended.abort(new Error(`the lease of volume ${this.name} was lost`));
    if (!this.current) return;
    const startedMs = performance.now();
    if (!(await this.quietBefore(cutAtMs))) {
      await shutDown(this.mountPoint);
      this.log.error({ volume: this.name }, "cut off: its processes did not end, or write out, in time");
    }
    await this.unmountPatiently();
    this.log.warn({ volume: this.name, tookMs: Math.round(performance.now() - startedMs) }, "given up");
  }

  /** Ends the processes that use the volume, and writes everything out. @returns whether that was done in time */
  private async quietBefore(cutAtMs: number): Promise<boolean> {
    for (let users = await this.users(); users.length > 0; users = await this.users()) {
      for (const pid of users) kill(pid);
      if (performance.now() >= cutAtMs) return false;
      await delay(pollMs);
    }
    const written = writeOut(this.mountPoint).then(
      () => true,
      () => false,
    );
    return Promise.race([written, delay(Math.max(0, cutAtMs - performance.now()), false)]);
  }

  /** Whoever was writing out when the file system was shut down needs a moment to leave it. */
  private async unmountPatiently(): Promise<void> {
    const end = performance.now() + leaveLimitMs;
    for (;;) {
      try {
        return await this.unmount();
      } catch (error) {
        if (!(error instanceof CommandError) || performance.now() > end) throw error;
        await delay(pollMs);
      }
    }
  }

  private async mountedNow(device: string, fs: FileSystem): Promise<void> {
    const entry = (await ownMounts()).find(({ mountPoint }) => mountPoint === this.mountPoint);
    if (!entry) throw new Error(`volume ${this.name} is not mounted at ${this.mountPoint}`);
    this.current = { device, fs, number: entry.device };
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
