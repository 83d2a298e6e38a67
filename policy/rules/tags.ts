import { kindOf } from "../model/kind";
import { record, records, texts } from "../resource";
import type { ResourceRule } from "../rule";

/** Where each kind of resource keeps what can be searched for. */
const tagged: Readonly<Record<string, "tags" | "metadata" | "labels">> = {
  "azure ResourceGroup": "tags",
  "azure VirtualNetwork": "tags",
  "azure NetworkSecurityGroup": "tags",
  "azure PublicIPAddress": "tags",
  "azure NatGateway": "tags",
  "azure LoadBalancer": "tags",
  "azure NetworkInterface": "tags",
  "azure AvailabilitySet": "tags",
  "azure VirtualMachine": "tags",
  "azure VirtualMachineScaleSet": "tags",
  "azure Disk": "tags",
  "azure Registry": "tags",
  "azure UserAssignedIdentity": "tags",
  "azure PrivateZone": "tags",
  "openstack Network": "tags",
  "openstack Subnet": "tags",
  "openstack Router": "tags",
  "openstack SecGroup": "tags",
  "openstack Port": "tags",
  "openstack FloatingIp": "tags",
  "openstack Instance": "metadata",
  "openstack Volume": "metadata",
  "docker Container": "labels",
  "docker Network": "labels",
  "docker Volume": "labels",
};

const key = "drover.stack";

/** What a sweep finds, a bill names, and an operator can tell apart. */
export const tags: ResourceRule = {
  name: "tags",
  description: "Everything that can be tagged says which stack it belongs to.",
  level: "mandatory",
  resource({ type, name, inputs }, { environment }) {
    const where = tagged[kindOf(type)];
    if (!where) return [];
    const given = inputs[where];
    const found =
      record(given)[key] === environment.name ||
      records(given).some(({ label, value }) => label === key && value === environment.name) ||
      texts(given).includes(`${key}=${environment.name}`);
    return found ? [] : [`${name} does not say whose it is: it needs ${key} = ${environment.name} in its ${where}`];
  },
};
