import { kindOf } from "../model/kind";
import { partOf } from "../model/machine";
import { records } from "../resource";
import type { ResourceRule } from "../rule";

/** Parts that may have an address of the outside; nat is for ways out, and lets nobody in. */
const allowed = ["front-door", "bastion", "nat"];

const isAllowed = (part: string) =>
  allowed.some((name) => part === name || part.startsWith(`${name}-`) || part.endsWith(`-${name}`));

/** Who has no public address cannot be attacked from outside, whatever a firewall rule says. */
export const publicAddresses: ResourceRule = {
  name: "public-addresses",
  description: "Only the front door, the bastion and the way out have public addresses.",
  level: "mandatory",
  resource(resource) {
    const part = partOf(resource) ?? resource.name;
    if (isAllowed(part) || isAllowed(resource.name)) return [];
    const wrong = `a public address for ${part} is not allowed: only ${allowed.join(", ")} may have one`;
    switch (kindOf(resource.type)) {
      case "azure PublicIPAddress":
      case "openstack FloatingIp":
      case "openstack FloatingIpAssociate":
        return [wrong];
      case "azure NetworkInterface":
        return records(resource.inputs.ipConfigurations).some(({ publicIPAddress }) => publicIPAddress !== undefined)
          ? [wrong]
          : [];
      default:
        return [];
    }
  },
};
