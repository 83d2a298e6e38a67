import { machineOf } from "../model/machine";
import { record, records, text } from "../resource";
import type { ResourceRule } from "../rule";

/** Slaves run what users bring; they reach out through the way out, and are reached through the front door. */
export const slaveAddresses: ResourceRule = {
  name: "slave-addresses",
  description: "Slaves have no public address.",
  level: "mandatory",
  resource(resource, { environment }) {
    const machine = machineOf(resource, environment);
    if (machine?.role !== "slave") return [];
    const profile = record(record(resource.inputs.virtualMachineProfile).networkProfile);
    const ownAddress = records(profile.networkInterfaceConfigurations)
      .flatMap(({ ipConfigurations }) => records(ipConfigurations))
      .some(({ publicIPAddressConfiguration }) => publicIPAddressConfiguration !== undefined);
    const outside = environment.openstack?.externalNetwork;
    const attached = records(resource.inputs.networks).some(
      ({ name }) => outside !== undefined && text(name) === outside,
    );
    return [
      ...(ownAddress
        ? [`${resource.name} gives each slave a public address: remove publicIPAddressConfiguration`]
        : []),
      ...(attached
        ? [`${resource.name} is attached to the external network ${outside}: attach slaves to the cluster's own`]
        : []),
    ];
  },
};
