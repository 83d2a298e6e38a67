import { kindOf } from "../model/kind";
import { machineOf } from "../model/machine";
import { type Resource, record, records } from "../resource";
import type { ResourceRule } from "../rule";
import { isDataVolume } from "./data-volume";

/** How many of a machine's disks, its root aside, are deleted together with it. */
function disksThatGo({ type, inputs }: Resource): number {
  switch (kindOf(type)) {
    case "azure VirtualMachine":
      return records(record(inputs.storageProfile).dataDisks).filter(
        ({ createOption, deleteOption }) => createOption !== "Attach" || deleteOption === "Delete",
      ).length;
    case "openstack Instance":
      return records(inputs.blockDevices).filter(
        ({ bootIndex, deleteOnTermination }) => (bootIndex ?? 0) !== 0 && deleteOnTermination === true,
      ).length;
    default:
      return 0;
  }
}

/** A protected resource is not deleted by mistake: Pulumi asks for it to be unprotected first. */
export const protectedData: ResourceRule = {
  name: "protected-data",
  description: "Production's data volumes are protected from removal, and outlive their machines.",
  level: "mandatory",
  resource(resource, { environment }) {
    const { name, protect } = resource;
    // Whoever declares a block volume may say that it need not be kept.
    const isSpare = environment.blockVolumes[name.replace(/^volume-/, "")]?.protect === false;
    if (environment.purpose !== "production" || isSpare) return [];
    if (isDataVolume(resource, environment) && !protect) {
      return [`${name} holds production's data and is not protected: set the option protect`];
    }
    return machineOf(resource, environment)?.role === "core" && disksThatGo(resource) > 0
      ? [
          `a data disk of ${name} is deleted when the machine is: make it a resource of its own, attached to the machine`,
        ]
      : [];
  },
};
