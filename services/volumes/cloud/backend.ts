import type { FileSystem } from "@drover/lib/block-volume";

/** A volume that is to be made. */
export interface VolumeSpec {
  name: string;
  sizeGb: number;
  fs: FileSystem;
  /** One of the cloud's volume types; the cloud's default where it is missing. */
  type?: string;
  encrypted: boolean;
  /** Name of the snapshot that the volume begins as. */
  snapshot?: string;
}

/** A volume as its cloud describes it. */
export interface CloudVolume {
  name: string;
  /** The cloud's own id. */
  id: string;
  sizeGb: number;
  /** What a blank volume is formatted with. */
  fs: FileSystem;
  type?: string;
  encrypted: boolean;
  /** ISO 8601. */
  createdAt?: string;
  /** The cloud's ids of the servers it is attached to; more than one only while something is wrong. */
  attachedTo: readonly string[];
}

/**
 * Block storage of one cloud, seen from one slave. Only volumes that Drover made, for this cluster, are ever found.
 * Every method ends within a time limit of its own and throws a CloudError that names volume, slave, call and request.
 */
export interface Backend {
  /** What the cloud calls this slave. */
  readonly server: string;
  /** @throws BadRequest when this cloud cannot make such a volume; nothing is asked of the cloud */
  check(spec: VolumeSpec): void;
  find(name: string): Promise<CloudVolume | undefined>;
  list(): Promise<CloudVolume[]>;
  /** Makes the volume; one of that name must not be there. Resolves when it can be attached. */
  create(spec: VolumeSpec): Promise<CloudVolume>;
  /** Removes a volume that is attached nowhere. */
  remove(volume: CloudVolume): Promise<void>;
  /** Attaches to this slave, where it may be already, and gives the path of the block device, which is there. */
  attach(volume: CloudVolume): Promise<string>;
  /** Told that the device is mounted now; the loop backend lets the kernel end the attachment with the mount then. */
  mounted?(device: string): Promise<void>;
  /** Detaches from a server where nothing uses the device any more. None attached is no error. */
  detach(volume: CloudVolume, server: string): Promise<void>;
  /** Detaches from a server that may be dead, cut off or still writing; afterwards it can write no more. */
  forceDetach(volume: CloudVolume, server: string): Promise<void>;
  /** Makes the volume larger. Where it is attached here, the device has the new size afterwards. */
  grow(volume: CloudVolume, sizeGb: number): Promise<void>;
  /** Keeps the present content under a name; @throws CloudError when that name is taken */
  snapshot(volume: CloudVolume, name: string): Promise<void>;
  removeSnapshot(name: string): Promise<void>;
}
