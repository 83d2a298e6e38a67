import { performance } from "node:perf_hooks";
import type { Logger } from "@drover/lib/log";
import { BadRequest } from "./bad-request";
import type { Backend, CloudVolume, VolumeSpec } from "./cloud/backend";
import { fillMounted, whileFrozen } from "./kernel/file-system";
import { KeyedQueue } from "./keyed-queue";
import type { Leases } from "./lease/leases";
import type { LocalVolume } from "./local-volume";

export interface DriverArgs {
  backend: Backend;
  leases: Leases;
  /** The volume of a name on this slave, for mounts. */
  local: (name: string) => LocalVolume;
  /** How long another slave's lease may outlive it. */
  graceMs: number;
  log: Logger;
}

/** Beyond the grace: for a holder that is just stopping its container in an orderly way. */
const patienceMs = 15_000;

/**
 * A volume stays attached this long after its last use: Docker mounts a new container's volume twice, first to copy the
 * image's files into it, and attaching takes some clouds half a minute.
 */
const lingerMs = 2_000;

/** What an earlier process has mounted, and may no longer be, is cut off after this time. */
const recoveryCutMs = 1_000;

/** The volumes of the cluster, used on this slave. What it does to one volume it does one after the other. */
export class Driver {
  private readonly queue = new KeyedQueue();
  /** Volumes that are attached here under our lease. */
  private readonly here = new Map<string, LocalVolume>();
  private readonly lingering = new Map<string, NodeJS.Timeout>();

  constructor(private readonly args: DriverArgs) {}

  /**
   * Makes a volume. One that is there stays as it is: Docker asks before every run.
   * @throws BadRequest when an encrypted one is asked for and the one that is there is not
   */
  create(spec: VolumeSpec): Promise<void> {
    return this.queue.run(spec.name, async () => {
      const { backend, log } = this.args;
      if (await this.isThere(spec)) return;
      backend.check(spec);
      await this.underLease(spec.name, async () => {
        if (await this.isThere(spec)) return;
        const { id } = await backend.create(spec);
        const { name: volume, ...rest } = spec;
        log.info({ volume, id, ...rest }, "created");
      });
    });
  }

  find(name: string): Promise<CloudVolume | undefined> {
    return this.args.backend.find(name);
  }

  list(): Promise<CloudVolume[]> {
    return this.args.backend.list();
  }

  /** Removes a volume with its data. @throws Error that names who uses it */
  remove(name: string): Promise<void> {
    return this.queue.run(name, async () => {
      if (this.here.has(name)) await this.letGo(name);
      await this.underLease(name, async () => {
        const volume = await this.existing(name);
        await this.detachOthers(volume);
        await this.detachHere(name);
        await this.args.backend.remove(volume);
        this.args.log.info({ volume: name, id: volume.id }, "removed");
      });
    });
  }

  /** Where a volume's data is while it is mounted here. */
  path(name: string): string | undefined {
    return this.here.get(name)?.dataFolder;
  }

  /**
   * Mounts a volume for one container start, wherever it was before.
   * @param id Docker's id of the start; the same id twice counts once
   * @returns the folder with the data
   */
  mount(name: string, id: string): Promise<string> {
    return this.queue.run(name, async () => {
      clearTimeout(this.lingering.get(name));
      const known = this.here.get(name);
      const local = known?.mounted && !known.isLost ? known : await this.bring(name);
      local.ids.add(id);
      return local.dataFolder;
    });
  }

  /** Ends one container's use. After the last the file system is unmounted, and the volume detached a moment later. */
  unmount(name: string, id: string): Promise<void> {
    return this.queue.run(name, async () => {
      const local = this.here.get(name);
      if (!local) return;
      local.ids.delete(id);
      if (local.ids.size > 0) return;
      if ((await local.users()).length === 0) await local.unmount();
      this.letGoLater(name);
    });
  }

  /**
   * Makes a volume larger.
   * @returns whether its file system has grown with it: it does so while mounted here where the kernel allows that,
   * else at the next mount
   */
  grow(name: string, sizeGb: number): Promise<boolean> {
    return this.queue.run(name, () =>
      this.underLease(name, async () => {
        const { backend, log } = this.args;
        const volume = await this.existing(name);
        if (sizeGb <= volume.sizeGb) {
          throw new BadRequest(`volume ${name} has ${volume.sizeGb} GB: it can only grow, not become ${sizeGb} GB`);
        }
        await backend.grow(volume, sizeGb);
        log.info({ volume: name, fromGb: volume.sizeGb, toGb: sizeGb }, "grown");
        const local = this.here.get(name);
        if (!local?.mounted) return false;
        try {
          await fillMounted(local.mounted.device, local.mounted.fs, local.mountPoint);
          return true;
        } catch (error) {
          log.warn({ volume: name, error: (error as Error).message }, "the file system grows at the next mount");
          return false;
        }
      }),
    );
  }

  /** Keeps a volume's present content under a name. It may be in use here, or nowhere. */
  snapshot(name: string, snapshot: string): Promise<void> {
    return this.queue.run(name, () =>
      this.underLease(name, async () => {
        const volume = await this.existing(name);
        const take = () => this.args.backend.snapshot(volume, snapshot);
        const local = this.here.get(name);
        await (local?.mounted ? whileFrozen(local.mountPoint, take) : take());
        this.args.log.info({ volume: name, snapshot }, "snapshot taken");
      }),
    );
  }

  removeSnapshot(snapshot: string): Promise<void> {
    return this.args.backend.removeSnapshot(snapshot);
  }

  /** The lease is gone: stops what uses the volume here. Not queued, since what is under way may hang. */
  async fence(name: string, cutAtMs: number): Promise<void> {
    clearTimeout(this.lingering.get(name));
    const local = this.here.get(name);
    if (!local) return;
    await local.giveUp(cutAtMs);
    this.here.delete(name);
    try {
      await this.detachHere(name);
    } catch (error) {
      // Nothing writes to it any more, so the lease may go: its next holder detaches it by force.
      this.args.log.warn({ volume: name, error: (error as Error).message }, "given up, but not detached");
    }
  }

  /**
   * Takes over what an earlier process has left mounted: kept while containers use it and its lease can be had.
   * @param mounted names with a mount on this slave
   * @param leaseLimitMs how long a lease is waited for before its mount is given up
   */
  async recoverMounts(mounted: readonly string[], leaseLimitMs: number): Promise<void> {
    await Promise.all(mounted.map((name) => this.queue.run(name, () => this.recoverMount(name, leaseLimitMs))));
  }

  /** Detaches what the cloud has attached here and nothing uses. */
  async recoverAttachments(): Promise<void> {
    const { backend, log } = this.args;
    for (const { name, attachedTo } of await backend.list()) {
      if (!attachedTo.includes(backend.server)) continue;
      await this.queue.run(name, async () => {
        if (this.here.has(name)) return;
        await this.underLease(name, () => this.detachHere(name));
        log.warn({ volume: name }, "detached: nothing used it");
      });
    }
  }

  private async recoverMount(name: string, leaseLimitMs: number): Promise<void> {
    const { leases, local: open, log } = this.args;
    const local = open(name);
    await local.adopt();
    this.here.set(name, local);
    try {
      await leases.acquire(name, leaseLimitMs);
    } catch (error) {
      log.error({ volume: name, error: (error as Error).message }, "mounted without a lease: given up");
      await this.fence(name, performance.now() + recoveryCutMs);
      return;
    }
    const users = await local.users();
    log.warn({ volume: name, processes: users.length }, "found mounted");
    if (users.length === 0) await this.letGo(name);
    else this.letGoLater(name);
  }

  /** Takes the lease, attaches the volume here and mounts it; by force where a holder that is gone has left it attached. */
  private async bring(name: string): Promise<LocalVolume> {
    const { backend, leases, graceMs, local: open, log } = this.args;
    const startedMs = Date.now();
    await leases.acquire(name, graceMs + patienceMs);
    const leasedMs = Date.now();
    let local: LocalVolume | undefined;
    try {
      // What could not be given up when its lease was lost.
      await this.here.get(name)?.unmount();
      const volume = await this.existing(name);
      await this.detachOthers(volume);
      const detachedMs = Date.now();
      this.mustHold(name);
      const device = await backend.attach(volume);
      local = open(name);
      local.attached(device, volume.fs);
      this.here.set(name, local);
      this.mustHold(name);
      const attachedMs = Date.now();
      log.info(
        {
          volume: name,
          device,
          leaseMs: leasedMs - startedMs,
          detachMs: detachedMs - leasedMs,
          attachMs: attachedMs - detachedMs,
        },
        "attached",
      );
      await local.mount();
      await backend.mounted?.(device);
      return local;
    } catch (error) {
      // One that was known here when its lease was lost is being given up already.
      if (!local?.isLost) {
        await this.here.get(name)?.unmount();
        await this.detachHere(name);
        this.here.delete(name);
        await leases.release(name);
      }
      throw error;
    }
  }

  private mustHold(name: string): void {
    if (!this.args.leases.holds(name)) throw new Error(`the lease of volume ${name} was lost meanwhile; try again`);
  }

  /** Lets the volume go once nothing uses it; containers that an earlier process saw start have no id here. */
  private letGoLater(name: string): void {
    clearTimeout(this.lingering.get(name));
    const look = () =>
      this.queue
        .run(name, async () => {
          const local = this.here.get(name);
          if (!local || local.isLost || local.ids.size > 0) return;
          if ((await local.users()).length > 0) this.letGoLater(name);
          else await this.letGo(name);
        })
        .catch((error: Error) => {
          this.args.log.error({ volume: name, error: error.message }, "detaching failed");
          this.letGoLater(name);
        });
    this.lingering.set(name, setTimeout(look, lingerMs));
  }

  /** Unmounts, detaches, and gives the lease up. @throws BadRequest when a container uses the volume */
  private async letGo(name: string): Promise<void> {
    clearTimeout(this.lingering.get(name));
    this.lingering.delete(name);
    const local = this.here.get(name);
    if (!local) return;
    if ((await local.users()).length > 0) throw new BadRequest(`volume ${name} is in use on this slave`);
    await local.unmount();
    await this.detachHere(name);
    this.here.delete(name);
    await this.args.leases.release(name);
    this.args.log.info({ volume: name }, "detached");
  }

  private async detachHere(name: string): Promise<void> {
    const { backend } = this.args;
    const volume = await backend.find(name);
    if (volume?.attachedTo.includes(backend.server)) await backend.detach(volume, backend.server);
  }

  /** While the lease is ours no other server may use the volume: one that has it is dead, or was cut off. */
  private async detachOthers(volume: CloudVolume): Promise<void> {
    const { backend, log } = this.args;
    for (const server of volume.attachedTo.filter((id) => id !== backend.server)) {
      log.warn({ volume: volume.name, server }, "attached to a server without a lease: detached by force");
      await backend.forceDetach(volume, server);
    }
  }

  private async isThere({ name, encrypted }: VolumeSpec): Promise<boolean> {
    const volume = await this.args.backend.find(name);
    if (encrypted && volume && !volume.encrypted) {
      throw new BadRequest(`volume ${name} is there and not encrypted: leave the option out, or choose another name`);
    }
    return volume !== undefined;
  }

  private async existing(name: string): Promise<CloudVolume> {
    const volume = await this.args.backend.find(name);
    if (!volume) throw new BadRequest(`there is no volume ${name}`);
    return volume;
  }

  /** Runs something while nobody else can mount the volume; keeps a lease that is already ours. */
  private async underLease<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { leases, graceMs } = this.args;
    const wasHeld = leases.holds(name);
    await leases.acquire(name, graceMs + patienceMs);
    try {
      return await work();
    } finally {
      if (!wasHeld) await leases.release(name);
    }
  }
}
