import { volumeMarks } from "@drover/lib/block-volume";
import * as compute from "@pulumi/azure-native/compute";
import { declaredVolume } from "../../storage/block-volume";
import type { PlannedVolume } from "../block-volume-rules";
import { keptIf } from "../settings";
import { placed, type Scope } from "./scope";

/** A declared block volume, with the name and tags by which the volume driver knows its own. */
export function managedDisk(scope: Scope, volume: PlannedVolume): compute.Disk {
  const { environment, opts } = scope;
  const { name, sizeGb, fs, type, zone, protect } = volume;
  const place = placed(scope, "block-volume");
  return new compute.Disk(
    `volume-${name}`,
    {
      ...place,
      tags: { ...place.tags, ...volumeMarks(environment.name, fs) },
      diskName: name,
      sku: type === undefined ? undefined : { name: type },
      diskSizeGB: sizeGb,
      creationData: { createOption: "Empty" },
      zones: zone === undefined ? undefined : [zone],
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
    },
    { ...opts, ...keptIf(protect), dependsOn: declaredVolume(volume, { parent: opts.parent }) },
  );
}
