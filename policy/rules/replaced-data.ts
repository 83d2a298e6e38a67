import { isDeepStrictEqual } from "node:util";
import { kindOf } from "../model/kind";
import { type Resource, unknown } from "../resource";
import type { ResourceRule } from "../rule";
import { isDataVolume } from "./data-volume";
import { confirm } from "./removals";

/** Inputs that a volume keeps as long as it lives, by the SDKs' and Azure's words; another value makes another volume. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  "azure Disk": ["creationData", "diskName", "extendedLocation", "location", "resourceGroupName", "zones"],
  "openstack Volume": [
    "availabilityZone",
    "backupId",
    "consistencyGroupId",
    "imageId",
    "region",
    "schedulerHints",
    "snapshotId",
    "sourceReplica",
    "sourceVolId",
    "volumeType",
  ],
  "docker Volume": ["cluster", "driver", "driverOpts", "labels", "name"],
};

/** Where a volume's size is. It grows in its place, and never shrinks. */
const sizes: Readonly<Record<string, string>> = { "azure Disk": "diskSizeGB", "openstack Volume": "size" };

/** Inputs for whose sake the recorded volume would give way to another one. */
function replacing(before: Resource, after: Resource): string[] {
  const kind = kindOf(after.type);
  const values = (key: string) => [before.inputs[key], after.inputs[key]];
  const changed = (fixed[kind] ?? []).filter((key) => {
    const [old, planned] = values(key);
    return planned !== unknown && !isDeepStrictEqual(old, planned);
  });
  const size = sizes[kind] ?? "";
  const [old, planned] = values(size);
  return typeof old === "number" && typeof planned === "number" && planned < old ? [...changed, size] : changed;
}

/** A volume under the same name may be another one. */
export const replacedData: ResourceRule = {
  name: "replaced-data",
  description: "Making a data volume again, without what is on it, is confirmed.",
  level: "mandatory",
  resource(resource, { environment, recorded }) {
    if (environment.policy.confirmRemoval || !isDataVolume(resource, environment)) return [];
    const before = recorded.find(({ urn }) => urn === resource.urn);
    const changed = before ? replacing(before, resource) : [];
    if (changed.length === 0) return [];
    return [
      `the data volume ${resource.name} would be made again without what is on it, because of another ${changed.join(", ")}; ${confirm}`,
    ];
  },
};
