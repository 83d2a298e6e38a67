import { clusterMark, fileSystems, fsMark, maxAzureSizeGb, volumeMarks } from "@drover/lib/block-volume";
import { z } from "zod";
import { BadRequest } from "../../bad-request";
import { KeyedQueue } from "../../keyed-queue";
import type { Backend, CloudVolume, VolumeSpec } from "../backend";
import type { CloudHttp } from "../http-call";
import type { Management, OwnMachine } from "./management";

/** Versions of the API that have what is used here. */
const diskApi = "api-version=2023-10-02";
const machineApi = "api-version=2024-07-01";

/** Where a region has zones, a volume that a task has made can follow it to all of them. */
const defaultSku = { inZone: "StandardSSD_ZRS", zoneless: "StandardSSD_LRS" } as const;

const diskShape = z.object({
  id: z.string(),
  name: z.string(),
  managedBy: z.string().nullish(),
  sku: z.object({ name: z.string() }).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  properties: z.object({
    diskSizeGB: z.number(),
    diskState: z.string().optional(),
    timeCreated: z.string().optional(),
  }),
});
type Disk = z.infer<typeof diskShape>;

const marked = z.object({ tags: z.record(z.string(), z.string()).default({}) });

const page = z.object({ value: z.array(diskShape), nextLink: z.string().optional() });

const machineShape = z.object({
  properties: z.object({
    storageProfile: z.object({
      dataDisks: z
        .array(
          z.object({
            lun: z.number(),
            toBeDetached: z.boolean().default(false),
            managedDisk: z.object({ id: z.string() }).optional(),
          }),
        )
        .default([]),
    }),
  }),
});

export interface AzureDiskArgs {
  http: CloudHttp;
  management: Management;
  machine: OwnMachine;
  cluster: string;
  /** The block device at a LUN of this machine; undefined while it is not there. */
  deviceOf: (lun: number) => Promise<string | undefined>;
  /** Makes the kernel look how large a device has become. @returns its size in GB */
  lookAgain: (device: string) => Promise<number>;
}

/** Azure's managed disks on virtual machines and on instances of scale sets: both take the same calls below their ids. */
export class AzureDiskBackend implements Backend {
  readonly server: string;
  /** Azure makes one change of a machine at a time. */
  private readonly changes = new KeyedQueue();

  constructor(private readonly args: AzureDiskArgs) {
    this.server = args.machine.id.toLowerCase();
  }

  /** Managed disks are always encrypted at rest, so that asking for it is granted. */
  check({ sizeGb }: VolumeSpec): void {
    if (sizeGb > maxAzureSizeGb)
      throw new BadRequest(`size ${sizeGb} is refused: managed disks have at most ${maxAzureSizeGb} GB`);
  }

  async find(name: string): Promise<CloudVolume | undefined> {
    const disk = await this.read(name);
    if (!disk) return undefined;
    if (disk.tags[clusterMark] !== this.args.cluster) {
      const detail = `this disk is not this cluster's; give it the tag ${clusterMark}=${this.args.cluster} to hand it over`;
      throw this.args.http.error(name, "find", detail);
    }
    return shown(disk);
  }

  async list(): Promise<CloudVolume[]> {
    const found: CloudVolume[] = [];
    for (let path: string | undefined = `${this.disks()}?${diskApi}`; path !== undefined; ) {
      const { body } = await this.args.management.call(path, { volume: "-", method: "GET" });
      const { value, nextLink } = page.parse(body);
      found.push(...value.filter(({ tags }) => tags[clusterMark] === this.args.cluster).map(shown));
      path = nextLink;
    }
    return found;
  }

  async create({ name, sizeGb, fs, type, snapshot }: VolumeSpec): Promise<CloudVolume> {
    const { machine, cluster, management, http } = this.args;
    const creationData = snapshot
      ? { createOption: "Copy", sourceResourceId: await this.ownSnapshot(name, snapshot) }
      : { createOption: "Empty" };
    const sku = type ?? (machine.zone ? defaultSku.inZone : defaultSku.zoneless);
    // A disk that is replicated over the zones is in none of them.
    const zones = machine.zone && !/_ZRS$/i.test(sku) ? [machine.zone] : undefined;
    await management.change(`${this.disks()}/${name}?${diskApi}`, {
      volume: name,
      method: "PUT",
      body: {
        location: machine.location,
        zones,
        sku: { name: sku },
        tags: volumeMarks(cluster, fs),
        properties: { creationData, diskSizeGB: sizeGb },
      },
    });
    return http.until(
      name,
      "the disk to be there",
      () => this.find(name),
      () => "no such disk",
    );
  }

  async remove({ name }: CloudVolume): Promise<void> {
    const path = `${this.disks()}/${name}?${diskApi}`;
    await this.args.management.change(path, { volume: name, method: "DELETE", accept: [404] });
  }

  async attach(volume: CloudVolume): Promise<string> {
    const { http, deviceOf } = this.args;
    const { name, id } = volume;
    if ((await this.lunOf(name, id)) === undefined) {
      await this.free(name, (disk) => !disk.managedBy || isSame(disk.managedBy, this.server));
      await this.changeMachine(name, this.server, {
        dataDisksToAttach: [{ diskId: id, caching: "None", deleteOption: "Detach" }],
      });
    }
    const lun = await http.until(
      name,
      "a LUN on this machine",
      () => this.lunOf(name, id),
      () => "not in its list of disks",
    );
    return http.until(
      name,
      `a disk at LUN ${lun}`,
      () => deviceOf(lun),
      () => "no such disk",
    );
  }

  async detach({ name, id }: CloudVolume, server: string): Promise<void> {
    await this.changeMachine(name, server, { dataDisksToDetach: [{ diskId: id }] });
    await this.free(name, ({ managedBy }) => !isSame(managedBy, server));
  }

  async forceDetach({ name, id }: CloudVolume, server: string): Promise<void> {
    await this.changeMachine(name, server, { dataDisksToDetach: [{ diskId: id, detachOption: "ForceDetach" }] });
    await this.free(name, ({ managedBy }) => !isSame(managedBy, server));
  }

  async grow({ name, id, attachedTo }: CloudVolume, sizeGb: number): Promise<void> {
    if (sizeGb > maxAzureSizeGb)
      throw new BadRequest(`size ${sizeGb} is refused: managed disks have at most ${maxAzureSizeGb} GB`);
    const body = { properties: { diskSizeGB: sizeGb } };
    await this.args.management.change(`${this.disks()}/${name}?${diskApi}`, { volume: name, method: "PATCH", body });
    if (attachedTo.includes(this.server)) await this.seeSize(name, id, sizeGb);
  }

  async snapshot({ name, id }: CloudVolume, snapshot: string): Promise<void> {
    const { machine, cluster, management, http } = this.args;
    const path = `${this.snapshotId(snapshot)}?${diskApi}`;
    const { status } = await management.call(path, { volume: name, method: "GET", accept: [404] });
    if (status !== 404) throw http.error(name, "snapshot", `there is a snapshot ${snapshot} already`);
    await management.change(path, {
      volume: name,
      method: "PUT",
      body: {
        location: machine.location,
        tags: { [clusterMark]: cluster },
        properties: { creationData: { createOption: "Copy", sourceResourceId: id }, incremental: true },
      },
    });
  }

  async removeSnapshot(snapshot: string): Promise<void> {
    const path = `${await this.ownSnapshot("-", snapshot)}?${diskApi}`;
    await this.args.management.change(path, { volume: "-", method: "DELETE" });
  }

  private disks(): string {
    return `${this.args.machine.group}/providers/Microsoft.Compute/disks`;
  }

  private snapshotId(snapshot: string): string {
    return `${this.args.machine.group}/providers/Microsoft.Compute/snapshots/${snapshot}`;
  }

  /** The id of a snapshot of this cluster's. @throws CloudError when it is not there, or another's */
  private async ownSnapshot(volume: string, snapshot: string): Promise<string> {
    const id = this.snapshotId(snapshot);
    const call = { volume, method: "GET" as const, accept: [404] };
    const { status, body } = await this.args.management.call(`${id}?${diskApi}`, call);
    const isOurs = status !== 404 && marked.parse(body).tags[clusterMark] === this.args.cluster;
    if (!isOurs) throw this.args.http.error(volume, "find snapshot", `this cluster has no snapshot ${snapshot}`);
    return id;
  }

  /** Azure tells a running machine nothing of a disk's new size. */
  private async seeSize(name: string, id: string, sizeGb: number): Promise<void> {
    const { http, deviceOf, lookAgain } = this.args;
    let seenGb: number | undefined;
    await http.until(
      name,
      `the disk to show ${sizeGb} GB`,
      async () => {
        const lun = await this.lunOf(name, id);
        const device = lun === undefined ? undefined : await deviceOf(lun);
        seenGb =
          device === undefined
            ? undefined
            : await lookAgain(device).catch((error: Error) => {
                throw http.error(name, "grow", error.message);
              });
        return (seenGb ?? 0) >= sizeGb || undefined;
      },
      () => (seenGb === undefined ? "no such disk" : `${seenGb} GB`),
    );
  }

  private async read(name: string): Promise<Disk | undefined> {
    const call = { volume: name, method: "GET" as const, accept: [404] };
    const { status, body } = await this.args.management.call(`${this.disks()}/${name}?${diskApi}`, call);
    return status === 404 ? undefined : diskShape.parse(body);
  }

  /** Where this machine has a disk; a LUN of a disk that is on its way out does not count. */
  private async lunOf(name: string, id: string): Promise<number | undefined> {
    const { body } = await this.args.management.call(`${this.server}?${machineApi}`, { volume: name, method: "GET" });
    const { dataDisks } = machineShape.parse(body).properties.storageProfile;
    return dataDisks.find(({ managedDisk, toBeDetached }) => !toBeDetached && isSame(managedDisk?.id, id))?.lun;
  }

  /**
   * Attaches or detaches by the call that names only the disks it is about: a list of all disks could be out of date,
   * and would detach what somebody else has attached. A machine that is gone has no disks. A machine that another
   * change is being made to answers 409, and is asked again.
   */
  private changeMachine(name: string, server: string, body: object): Promise<void> {
    return this.changes.run(server, async () => {
      const { management, http } = this.args;
      const path = `${server}/attachDetachDataDisks?${machineApi}`;
      let seen = "";
      await http.until(
        name,
        "the machine to take the change",
        async () => {
          const answer = await management.change(path, { volume: name, method: "POST", body, accept: [404, 409] });
          if (answer.status === 404 && isSame(server, this.server)) {
            throw http.error(name, `POST ${path}`, `this machine is not there, request ${answer.requestId}`);
          }
          seen = `${answer.status}, request ${answer.requestId}: ${JSON.stringify(answer.body)}`;
          return answer.status !== 409 || undefined;
        },
        () => seen,
      );
    });
  }

  private async free(name: string, holds: (disk: Disk) => boolean): Promise<void> {
    let seen = "";
    await this.args.http.until(
      name,
      "the disk to be free",
      async () => {
        const disk = await this.read(name);
        seen = disk ? `${disk.properties.diskState}, managed by ${disk.managedBy ?? "nobody"}` : "gone";
        return !disk || holds(disk) || undefined;
      },
      () => seen,
    );
  }
}

/** Azure's ids are the same in any case, and are answered in different ones. */
function isSame(one: string | null | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

function shown({ id, name, managedBy, sku, tags, properties }: Disk): CloudVolume {
  return {
    id,
    name: name.toLowerCase(),
    sizeGb: properties.diskSizeGB,
    fs: fileSystems.find((fs) => fs === tags[fsMark]) ?? "ext4",
    type: sku?.name,
    encrypted: true,
    createdAt: properties.timeCreated,
    attachedTo: managedBy ? [managedBy.toLowerCase()] : [],
  };
}
