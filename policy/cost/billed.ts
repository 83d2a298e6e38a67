import type { Environment } from "../../stacks/environment";
import { kindOf } from "../model/kind";
import { machineOf } from "../model/machine";
import { type Resource, record, records, text } from "../resource";
import type { Billed } from "./estimate";
import { diskPriceName } from "./prices";

/** The disks that a machine's resource declares within itself. */
function ownDisks(profile: unknown, count: number): Billed[] {
  return records(record(record(profile).storageProfile).dataDisks).flatMap(({ diskSizeGB, createOption }) =>
    typeof diskSizeGB === "number" && createOption !== "Attach" ? [{ what: diskPriceName(diskSizeGB), count }] : [],
  );
}

function others({ type, inputs }: Resource): Billed[] {
  const one = (what: string): Billed[] => [{ what, count: 1 }];
  switch (kindOf(type)) {
    case "azure PublicIPAddress":
      return one("public address");
    case "openstack FloatingIp":
      return one("floating address");
    case "azure NatGateway":
      return one("NAT gateway");
    case "azure LoadBalancer":
      return one("load balancer");
    case "azure Registry":
      return one(`container registry ${text(record(inputs.sku).name) ?? ""}`);
    case "azure PrivateZone":
      return one("private DNS zone");
    case "azure Disk":
      return typeof inputs.diskSizeGB === "number" ? one(diskPriceName(inputs.diskSizeGB)) : [];
    case "openstack Volume":
      return typeof inputs.size === "number" ? [{ what: "volume GB", count: inputs.size }] : [];
    default:
      return [];
  }
}

/** What of a stack is on the bill. Spot machines count in full: their price is known only by the hour. */
export function billed(resources: readonly Resource[], environment: Environment): Billed[] {
  return resources.flatMap((resource) => {
    const machine = machineOf(resource, environment);
    if (!machine) return others(resource);
    const { size, count } = machine;
    const { inputs } = resource;
    return [
      ...(size === undefined ? [] : [{ what: size, count }]),
      ...ownDisks(inputs, count),
      ...ownDisks(inputs.virtualMachineProfile, count),
    ];
  });
}
