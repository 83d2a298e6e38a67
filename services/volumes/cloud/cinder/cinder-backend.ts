import { clusterMark, fileSystems, fsMark, volumeMarks } from "@drover/lib/block-volume";
import { z } from "zod";
import type { Backend, CloudVolume, VolumeSpec } from "../backend";
import type { Answer, Call, CloudHttp } from "../http-call";
import type { Keystone } from "./keystone";

/** Growing a volume in use is part of Cinder's API from this version on. */
const extendInUse = { "OpenStack-API-Version": "volume 3.42" };

const volumeShape = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  size: z.number(),
  volume_type: z.string().nullish(),
  encrypted: z.boolean().default(false),
  created_at: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).default({}),
  attachments: z.array(z.object({ server_id: z.string(), attachment_id: z.string().optional() })).default([]),
});
type Shape = z.infer<typeof volumeShape>;

const snapshotShape = z.object({
  id: z.string(),
  name: z.string().nullable(),
  status: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
});

/** Of a list: where its next page is. */
const links = z.array(z.object({ rel: z.string(), href: z.string() })).default([]);

export interface CinderArgs {
  http: CloudHttp;
  keystone: Keystone;
  cluster: string;
  /** Nova's id of this machine. */
  server: string;
  /** The block device of a volume on this machine; undefined while it is not there. */
  deviceOf: (volumeId: string) => Promise<string | undefined>;
}

/** OpenStack: Cinder's volumes, attached by Nova. */
export class CinderBackend implements Backend {
  readonly server: string;

  constructor(private readonly args: CinderArgs) {
    this.server = args.server;
  }

  /** Whether a type exists and encrypts only the cloud knows: see {@link create}. */
  check(): void {}

  async find(name: string): Promise<CloudVolume | undefined> {
    const found = await this.ours(name, "volumes", volumeShape, name);
    const [volume, second] = found.filter((candidate) => candidate.name === name);
    if (second) throw this.fail(name, "find", `two volumes have this name: ${volume?.id} and ${second.id}; rename one`);
    return volume && shown(volume);
  }

  async list(): Promise<CloudVolume[]> {
    return (await this.ours("-", "volumes", volumeShape)).map(shown);
  }

  async create(spec: VolumeSpec): Promise<CloudVolume> {
    const { name } = spec;
    const { body } = await this.volume(name, "POST", "/volumes", {
      body: {
        volume: {
          name,
          size: spec.sizeGb,
          volume_type: spec.type,
          metadata: volumeMarks(this.args.cluster, spec.fs),
          snapshot_id: spec.snapshot && (await this.snapshotId(name, spec.snapshot)),
        },
      },
    });
    const { id } = z.object({ volume: z.object({ id: z.string() }) }).parse(body).volume;
    try {
      const made = await this.reach(name, id, "available", ({ status }) => status === "available");
      if (spec.encrypted && !made.encrypted) {
        const type = made.volume_type ?? "the default type";
        throw this.fail(name, "create", `volumes of ${type} are not encrypted: choose a type that is`);
      }
      return shown(made);
    } catch (error) {
      await this.volume(name, "DELETE", `/volumes/${id}`, { accept: [404] });
      await this.reachGone(name, id);
      throw error;
    }
  }

  async remove({ name, id }: CloudVolume): Promise<void> {
    await this.volume(name, "DELETE", `/volumes/${id}`, { accept: [404] });
    await this.reachGone(name, id);
  }

  async attach({ name, id }: CloudVolume): Promise<string> {
    const here = (volume: Shape) => volume.attachments.some(({ server_id }) => server_id === this.server);
    // What Nova answers to an attachment that is under way or refused is only known by looking at the volume.
    const ready = await this.reach(
      name,
      id,
      "available, or in use by this server",
      (volume) => volume.status === "available" || (volume.status === "in-use" && here(volume)),
    );
    if (!here(ready)) {
      const path = `/servers/${this.server}/os-volume_attachments`;
      await this.compute(name, "POST", path, { body: { volumeAttachment: { volumeId: id } } });
      await this.reach(name, id, "in use by this server", (volume) => volume.status === "in-use" && here(volume));
    }
    // The device name in the API is a guess of the hypervisor's; the serial number of the disk is not.
    return this.args.http.until(
      name,
      `the disk with serial number ${id.slice(0, 20)}`,
      () => this.args.deviceOf(id),
      () => "no such disk",
    );
  }

  async detach({ name, id }: CloudVolume, server: string): Promise<void> {
    await this.compute(name, "DELETE", `/servers/${server}/os-volume_attachments/${id}`, { accept: [404] });
    await this.reach(name, id, `not attached to ${server}`, apartFrom(server));
  }

  /**
   * Nova detaches from a server that runs. From one that is dead or does not let go it does not, and Cinder is told to
   * forget the attachment, which clouds may keep for operators.
   */
  async forceDetach({ name, id }: CloudVolume, server: string): Promise<void> {
    try {
      await this.detach({ name, id } as CloudVolume, server);
    } catch (error) {
      const { attachments } = await this.get(name, id);
      const left = attachments.find(({ server_id }) => server_id === server);
      if (!left) return;
      const action = { "os-force_detach": { attachment_id: left.attachment_id, connector: {} } };
      const { status } = await this.volume(name, "POST", `/volumes/${id}/action`, { body: action, accept: [403] });
      if (status === 403) {
        throw this.fail(
          name,
          "os-force_detach",
          `this credential may not; an operator has to detach it from ${server}. Before: ${(error as Error).message}`,
        );
      }
      await this.reach(name, id, `not attached to ${server}`, apartFrom(server));
    }
  }

  async grow({ name, id }: CloudVolume, sizeGb: number): Promise<void> {
    const body = { "os-extend": { new_size: sizeGb } };
    await this.volume(name, "POST", `/volumes/${id}/action`, { body, headers: extendInUse });
    const done = ["available", "in-use"];
    await this.reach(name, id, `${sizeGb} GB`, ({ size, status }) => size >= sizeGb && done.includes(status));
  }

  async snapshot({ name, id }: CloudVolume, snapshot: string): Promise<void> {
    if (await this.findSnapshot(name, snapshot))
      throw this.fail(name, "snapshot", `there is a snapshot ${snapshot} already`);
    const metadata = { [clusterMark]: this.args.cluster };
    await this.volume(name, "POST", "/snapshots", {
      body: { snapshot: { volume_id: id, name: snapshot, force: true, metadata } },
    });
    let status = "";
    await this.args.http.until(
      name,
      `snapshot ${snapshot}`,
      async () => {
        status = (await this.findSnapshot(name, snapshot))?.status ?? "not there";
        if (status.startsWith("error")) throw this.fail(name, "snapshot", `${snapshot} is in state ${status}`);
        return status === "available" || undefined;
      },
      () => status,
    );
  }

  async removeSnapshot(snapshot: string): Promise<void> {
    await this.volume("-", "DELETE", `/snapshots/${await this.snapshotId("-", snapshot)}`);
  }

  private async findSnapshot(volume: string, snapshot: string) {
    const found = await this.ours(volume, "snapshots", snapshotShape, snapshot);
    return found.find(({ name }) => name === snapshot);
  }

  private async snapshotId(volume: string, snapshot: string): Promise<string> {
    const found = await this.findSnapshot(volume, snapshot);
    if (!found) throw this.fail(volume, "find snapshot", `this cluster has no snapshot ${snapshot}`);
    return found.id;
  }

  /** Volumes or snapshots of this cluster, from all pages. @param name only those that have it */
  private async ours<T extends { metadata: Record<string, string> }>(
    volume: string,
    kind: "volumes" | "snapshots",
    shape: z.ZodType<T>,
    name?: string,
  ): Promise<T[]> {
    const found: T[] = [];
    const first = `/${kind}/detail${name === undefined ? "" : `?name=${encodeURIComponent(name)}`}`;
    for (let path: string | undefined = first; path !== undefined; ) {
      const body = z.record(z.string(), z.unknown()).parse((await this.volume(volume, "GET", path)).body);
      found.push(...z.array(shape).parse(body[kind]));
      path = links.parse(body[`${kind}_links`]).find(({ rel }) => rel === "next")?.href;
    }
    return found.filter(({ metadata }) => metadata[clusterMark] === this.args.cluster);
  }

  private async get(name: string, id: string): Promise<Shape> {
    const { body } = await this.volume(name, "GET", `/volumes/${id}`);
    return z.object({ volume: volumeShape }).parse(body).volume;
  }

  /** Looks until the volume is as wanted. @throws CloudError at once when the cloud calls it broken */
  private async reach(name: string, id: string, what: string, holds: (volume: Shape) => boolean): Promise<Shape> {
    let status = "";
    return this.args.http.until(
      name,
      `${id} to be ${what}`,
      async () => {
        const volume = await this.get(name, id);
        status = volume.status;
        if (holds(volume)) return volume;
        if (status.startsWith("error")) throw this.fail(name, what, `volume ${id} is in state ${status}`);
        return undefined;
      },
      () => `status ${status}`,
    );
  }

  private async reachGone(name: string, id: string): Promise<void> {
    await this.args.http.until(
      name,
      `${id} to be removed`,
      async () => (await this.volume(name, "GET", `/volumes/${id}`, { accept: [404] })).status === 404 || undefined,
      () => "still there",
    );
  }

  private volume(volume: string, method: Call["method"], path: string, more: Partial<Call> = {}): Promise<Answer> {
    return this.args.keystone.call("volume", path, { volume, method, ...more });
  }

  private compute(volume: string, method: Call["method"], path: string, more: Partial<Call> = {}): Promise<Answer> {
    return this.args.keystone.call("compute", path, { volume, method, ...more });
  }

  private fail(volume: string, call: string, detail: string) {
    return this.args.http.error(volume, call, detail);
  }
}

function apartFrom(server: string): (volume: Shape) => boolean {
  return ({ attachments, status }) =>
    status !== "detaching" && !attachments.some(({ server_id }) => server_id === server);
}

function shown({ id, name, size, volume_type, encrypted, created_at, metadata, attachments }: Shape): CloudVolume {
  return {
    id,
    name: name ?? "",
    sizeGb: size,
    fs: fileSystems.find((fs) => fs === metadata[fsMark]) ?? "ext4",
    type: volume_type ?? undefined,
    encrypted,
    createdAt: created_at ? `${created_at.replace(/Z?$/, "")}Z` : undefined,
    attachedTo: attachments.map(({ server_id }) => server_id),
  };
}
