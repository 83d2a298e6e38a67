import type { MountSettings } from "dockerode";
import type { Mount, VolumeMount } from "../schema/container-parts";
import { labelMap } from "../schema/labels";

/** A mount in the words of the engine's API. */
export function mountBody({
  type,
  source,
  target,
  readOnly,
  bindOptions,
  volumeOptions,
  tmpfsOptions,
}: Mount): MountSettings {
  const mount = {
    Type: type,
    Source: source ?? "",
    Target: target,
    ReadOnly: readOnly ?? false,
    BindOptions: bindOptions?.propagation === undefined ? undefined : { Propagation: bindOptions.propagation },
    TmpfsOptions: tmpfsOptions && { SizeBytes: tmpfsOptions.sizeBytes, Mode: tmpfsOptions.mode },
    VolumeOptions: volumeOptions && {
      NoCopy: volumeOptions.noCopy ?? false,
      Labels: labelMap(volumeOptions.labels),
      DriverConfig: volumeOptions.driverName && {
        Name: volumeOptions.driverName,
        Options: volumeOptions.driverOptions,
      },
      Subpath: volumeOptions.subpath,
    },
  };
  // dockerode's type wants every nested field, the engine has defaults for them.
  return mount as MountSettings;
}

/** Volumes and host folders in the form `source:target[:options]`; those from other containers are not among them. */
export function volumeBinds(volumes: readonly VolumeMount[]): string[] {
  return volumes.flatMap(({ hostPath, volumeName, containerPath, readOnly, selinuxRelabel }) => {
    if (containerPath === undefined) return [];
    const options = [readOnly === true ? "ro" : "rw", ...(selinuxRelabel === undefined ? [] : [selinuxRelabel])];
    const source = hostPath ?? volumeName;
    return [source === undefined ? containerPath : `${source}:${containerPath}:${options.join()}`];
  });
}
