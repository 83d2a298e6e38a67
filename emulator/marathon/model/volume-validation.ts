import type { AppDefinition, ErrorDetail, ExternalVolume } from "@drover/lib/marathon/types";

type WithVolumes = Pick<AppDefinition, "container" | "instances" | "upgradeStrategy">;

/** Labels of the `dvdi/` options, as upstream restricts them. */
const optionPattern = /^dvdi\/[a-z0-9]+$/i;
const driverPattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Volumes from the host and from a volume plugin (provider dvdi). */
export function volumeProblems(app: WithVolumes): ErrorDetail[] {
  const { container, instances, upgradeStrategy } = app;
  const problems: ErrorDetail[] = [];
  const add = (wrong: boolean, path: string, message: string) => {
    if (wrong) problems.push({ path, errors: [message] });
  };
  const external: ExternalVolume[] = [];
  for (const [index, volume] of (container?.volumes ?? []).entries()) {
    const path = `/container/volumes(${index})`;
    if ("external" in volume) {
      external.push(volume);
      problems.push(...externalProblems(path, volume, container?.type === "DOCKER"));
    } else if ("hostPath" in volume) {
      add(volume.hostPath === "", `${path}/hostPath`, "not defined");
    }
  }
  if (external.length === 0) return problems;
  const drivers = new Set(external.map((volume) => volume.external.options["dvdi/driver"]));
  add(instances > 1, "/instances", "must be less than or equal to 1 with an external volume");
  add(
    upgradeStrategy.minimumHealthCapacity > 0.5,
    "/upgradeStrategy/minimumHealthCapacity",
    "must be less than or equal to 0.5 with an external volume",
  );
  add(
    upgradeStrategy.maximumOverCapacity > 0,
    "/upgradeStrategy/maximumOverCapacity",
    "must be 0 with an external volume",
  );
  add(container?.type === "DOCKER" && drivers.size > 1, "/container/volumes", "only one volume driver is possible");
  const names = external.map((volume) => volume.external.name);
  add(new Set(names).size < names.length, "/container/volumes", "a volume name may be used only once");
  return problems;
}

/** Names of volumes that no other app may use. */
export function exclusiveVolumes({ container }: Pick<AppDefinition, "container">): string[] {
  return (container?.volumes ?? []).flatMap((volume) =>
    "external" in volume && !volume.external.shared ? volume.external.name : [],
  );
}

function externalProblems(path: string, volume: ExternalVolume, isDocker: boolean): ErrorDetail[] {
  const { options, size } = volume.external;
  const driver = options["dvdi/driver"];
  const problems: ErrorDetail[] = [];
  const add = (wrong: boolean, at: string, message: string) => {
    if (wrong) problems.push({ path: `${path}${at}`, errors: [message] });
  };
  add(driver === undefined, '/external/options/"dvdi/driver"', "not defined");
  add(driver !== undefined && !driverPattern.test(driver), '/external/options/"dvdi/driver"', "is not a driver's name");
  const others = Object.keys(options).filter((name) => name !== "dvdi/driver");
  for (const name of others) {
    add(!optionPattern.test(name), `/external/options/"${name}"`, "options of the provider dvdi begin with dvdi/");
    // Docker's containerizer has no way to hand them on.
    add(isDocker, `/external/options/"${name}"`, "is not possible with the Docker containerizer");
  }
  add(isDocker && size !== undefined, "/external/size", "is not possible with the Docker containerizer");
  add(!isDocker && volume.mode !== "RW", "/mode", "must be RW with the Mesos containerizer");
  add(/^\.{1,2}$/.test(volume.containerPath), "/containerPath", "must not be . or ..");
  return problems;
}
