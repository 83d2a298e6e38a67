import { kindOf } from "../model/kind";
import { record, records, text, unknown } from "../resource";
import type { ResourceRule } from "../rule";

/** Disks leave data centres; what was on them must be unreadable. Azure encrypts disks, but caches only at the host. */
export const encryptedDisks: ResourceRule = {
  name: "encrypted-disks",
  description: "Every disk and volume is encrypted.",
  level: "mandatory",
  resource({ type, name, inputs }, { environment }) {
    const types = environment.policy.encryptedVolumeTypes;
    const allowed = types.length > 0 ? types.join(", ") : "none yet";
    const volume = (volumeType: unknown) =>
      volumeType === unknown || types.includes(text(volumeType) ?? "")
        ? []
        : [
            `${name} has the volume type ${text(volumeType) ?? "of the cloud's choice"}, which is not listed as encrypting in drover:policy.encryptedVolumeTypes (${allowed})`,
          ];
    const atHost = (profile: unknown) =>
      record(record(profile).securityProfile).encryptionAtHost === true
        ? []
        : [`${name} keeps temporary disks and caches in clear: set securityProfile.encryptionAtHost`];
    switch (kindOf(type)) {
      case "azure VirtualMachine":
        return atHost(inputs);
      case "azure VirtualMachineScaleSet":
        return atHost(inputs.virtualMachineProfile);
      case "openstack Volume":
        return volume(inputs.volumeType);
      case "openstack Instance":
        return records(inputs.blockDevices)
          .filter(({ destinationType, sourceType }) => destinationType === "volume" && sourceType !== "volume")
          .flatMap(({ volumeType }) => volume(volumeType));
      default:
        return [];
    }
  },
};
