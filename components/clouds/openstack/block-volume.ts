import { volumeMarks } from "@drover/lib/block-volume";
import * as blockstorage from "@pulumi/openstack/blockstorage";
import { declaredVolume } from "../../storage/block-volume";
import type { PlannedVolume } from "../block-volume-rules";
import { keptIf, tagsOf } from "../settings";
import type { Scope } from "./scope";

/** A declared block volume, with the name and metadata by which the volume driver knows its own. */
export function cinderVolume(scope: Scope, volume: PlannedVolume): blockstorage.Volume {
  const { environment, opts } = scope;
  const { name, sizeGb, fs, type, zone, protect } = volume;
  return new blockstorage.Volume(
    `volume-${name}`,
    {
      name,
      size: sizeGb,
      volumeType: type,
      availabilityZone: zone,
      enableOnlineResize: true,
      metadata: { ...tagsOf(environment, "block-volume"), ...volumeMarks(environment.name, fs) },
    },
    { ...opts, ...keptIf(protect), dependsOn: declaredVolume(volume, { parent: opts.parent }) },
  );
}
