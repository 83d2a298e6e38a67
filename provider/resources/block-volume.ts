import type { FileSystem } from "@drover/lib/block-volume";
import { inBlockStore, type LoopStore } from "../block-store/store";
import type { Failure, ResourceHandler } from "../server/resource";

export interface BlockVolumeInputs {
  name: string;
  /** GB. */
  sizeGb: number;
  fs: FileSystem;
  type?: string;
  zone?: string;
  /** Undefined where the volume is a resource of its cloud, which depends on this declaration. */
  store?: LoopStore;
}

/** What cannot change while a volume keeps its data. */
const fixed = ["fs", "type", "zone"] as const;

/** What is wrong with a change of a declared volume: it can grow, and nothing else. */
function failures(olds: Partial<BlockVolumeInputs>, news: BlockVolumeInputs): Failure[] {
  const { name, sizeGb: before = 0 } = olds;
  if (name === undefined) return [];
  const shrunk = `block volume ${name} has ${before} GB: it can only grow, not become ${news.sizeGb} GB`;
  return [
    ...(news.sizeGb < before ? [{ property: "sizeGb", reason: shrunk }] : []),
    ...fixed
      .filter((property) => olds[property] !== news[property])
      .map((property) => ({
        property,
        reason: `block volume ${name} has the ${property} ${olds[property] ?? "of the cloud's choice"}: it stays what it was made as; declare another volume and move the data`,
      })),
  ];
}

async function converge({ name, sizeGb, fs, type, store }: BlockVolumeInputs): Promise<object> {
  if (store) await inBlockStore(store, "make", name, `size=${sizeGb}`, `fs=${fs}`, ...(type ? [`type=${type}`] : []));
  return {};
}

/** A block volume that an environment declares. */
export const blockVolume: ResourceHandler<BlockVolumeInputs, object> = {
  check: failures,
  changed: (olds, news) =>
    olds.sizeGb !== news.sizeGb ||
    olds.store?.volume !== news.store?.volume ||
    // The state names the image that a removal is done with.
    olds.store?.image !== news.store?.image,
  create: converge,
  update: (_olds, news) => converge(news),
  async read(olds) {
    if (!olds.store) return olds;
    const found = await inBlockStore(olds.store, "show", olds.name);
    return found ? { ...olds, sizeGb: found.sizeGb } : undefined;
  },
  async remove({ name, store }) {
    if (store) await inBlockStore(store, "remove", name);
  },
};
