import { type FileSystem, maxAzureSizeGb } from "@drover/lib/block-volume";
import { ConfigurationError, type Environment } from "../../stacks/environment";

/** A block volume that an environment declares. */
export interface PlannedVolume {
  name: string;
  sizeGb: number;
  fs: FileSystem;
  /** The cloud's volume type; undefined where the cloud chooses. */
  type?: string;
  /** Undefined where it can be attached in any zone, or the cloud chooses. */
  zone?: string;
  /** Not to be removed: neither from the declaration nor with the stack. */
  protect: boolean;
}

/** Types of Azure's disks: replicated within one zone, or over the region's. */
const azureTypes = { oneZone: "StandardSSD_LRS", allZones: "StandardSSD_ZRS" } as const;

/** Types of the loop backend. */
const loopTypes = ["thin", "thick"];

/** The type of a volume that is declared without one. */
function defaultType({ cloud, azure, openstack }: Environment, zone: string | undefined): string | undefined {
  if (cloud === "openstack") return openstack?.volumeType;
  if (cloud !== "azure") return undefined;
  const hasZones = (azure?.zones.length ?? 0) > 0;
  return hasZones && zone === undefined ? azureTypes.allZones : azureTypes.oneZone;
}

/** The declared volumes with their defaults, in the order of their names. */
export function plannedVolumes(environment: Environment): PlannedVolume[] {
  return Object.entries(environment.blockVolumes)
    .map(([name, { protect, type, ...rest }]) => ({
      name,
      ...rest,
      type: type ?? defaultType(environment, rest.zone),
      protect: protect ?? environment.purpose === "production",
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Why a cloud cannot make a declared volume; undefined when it can. */
function problemOf(volume: PlannedVolume, { cloud, azure, openstack }: Environment): string | undefined {
  const { sizeGb, type, zone } = volume;
  const refused = (key: keyof PlannedVolume, allowed: string) =>
    `${key}: ${JSON.stringify(volume[key])} is not allowed; it must be: ${allowed}`;
  if (cloud === "docker") {
    if (zone !== undefined) return refused("zone", "left out; Docker has no zones");
    return type === undefined || loopTypes.includes(type)
      ? undefined
      : refused("type", `one of ${loopTypes.join(", ")}`);
  }
  const zones = { azure, openstack }[cloud]?.zones ?? [];
  if (zone !== undefined && !zones.includes(zone)) {
    return refused("zone", zones.length > 0 ? `one of ${zones.join(", ")}` : "left out; there are no zones");
  }
  if (cloud === "openstack") return undefined;
  if (sizeGb > maxAzureSizeGb) return refused("sizeGb", `at most ${maxAzureSizeGb}, the largest managed disk`);
  const isOfAllZones = type?.endsWith("_ZRS") ?? false;
  if (isOfAllZones && zone !== undefined) return refused("zone", `left out; disks of ${type} are in no zone`);
  if (zones.length > 0 && !isOfAllZones && zone === undefined) {
    return refused("type", "one that all zones have (…_ZRS); or name the one zone whose slaves can have it in zone");
  }
  return undefined;
}

/** @throws ConfigurationError that names every declared volume which the cloud cannot make */
export function checkBlockVolumes(environment: Environment): void {
  const problems = plannedVolumes(environment).flatMap((volume) => {
    const problem = problemOf(volume, environment);
    return problem === undefined ? [] : [`drover:blockVolumes.${volume.name}.${problem}`];
  });
  if (problems.length > 0) throw new ConfigurationError(environment.name, problems);
}

/** Whether what block volumes are in must outlive the stack: those that tasks make in production are data, too. */
export function keepsBlockVolumes(environment: Environment): boolean {
  return environment.purpose === "production" || plannedVolumes(environment).some(({ protect }) => protect);
}
