import type * as pulumi from "@pulumi/pulumi";
import type { LoopStore } from "../../provider/block-store/store";
import { BlockVolume } from "../../provider/sdk/resources";
import type { PlannedVolume } from "../clouds/block-volume-rules";
import { keptIf } from "../clouds/settings";

/**
 * The declaration of a block volume, which holds to what cannot be changed later. On cloud `docker` it is also the
 * volume itself.
 * @param store cloud `docker`: where the volume is kept; other clouds have resources of their own that depend on it
 */
export function declaredVolume(
  volume: PlannedVolume,
  opts: pulumi.CustomResourceOptions,
  store?: pulumi.Input<LoopStore>,
): BlockVolume {
  const { name, sizeGb, fs, type, zone } = volume;
  return new BlockVolume(name, { name, sizeGb, fs, type, zone, store }, { ...opts, ...keptIf(volume.protect) });
}
