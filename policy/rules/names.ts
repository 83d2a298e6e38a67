import { kindOf } from "../model/kind";
import { record, text } from "../resource";
import type { ResourceRule } from "../rule";

interface Limit {
  /** Where the name is. */
  key: string;
  pattern: RegExp;
  /** What the cloud allows, for people. */
  allowed: string;
}

const azureName = (key: string, longest: number): Limit => ({
  key,
  pattern: new RegExp(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,${longest - 2}}[A-Za-z0-9_])?$`),
  allowed: `letters, digits, dots, dashes and underscores, at most ${longest}`,
});

/** From Azure's naming rules and Nova's, Cinder's and Neutron's API reference (255 characters). */
const limits: Readonly<Record<string, Limit>> = {
  "azure ResourceGroup": {
    key: "resourceGroupName",
    pattern: /^[\w.()-]{0,89}[\w()-]$/,
    allowed: "letters, digits and ._-(), at most 90, no dot at the end",
  },
  "azure VirtualNetwork": azureName("virtualNetworkName", 64),
  "azure NetworkSecurityGroup": azureName("networkSecurityGroupName", 80),
  "azure PublicIPAddress": azureName("publicIpAddressName", 80),
  "azure LoadBalancer": azureName("loadBalancerName", 80),
  "azure NetworkInterface": azureName("networkInterfaceName", 80),
  "azure Disk": azureName("diskName", 80),
  "azure VirtualMachine": azureName("vmName", 64),
  "azure VirtualMachineScaleSet": azureName("vmScaleSetName", 64),
  "azure Registry": { key: "registryName", pattern: /^[A-Za-z0-9]{5,50}$/, allowed: "letters and digits, 5 to 50" },
  "openstack Instance": {
    key: "name",
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i,
    allowed: "a host name: letters, digits and inner dashes, at most 63",
  },
  "openstack Volume": { key: "name", pattern: /^.{1,255}$/, allowed: "1 to 255 characters" },
  "openstack Network": { key: "name", pattern: /^.{1,255}$/, allowed: "1 to 255 characters" },
  "docker Container": {
    key: "name",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/,
    allowed: "letters, digits, dots, dashes and underscores",
  },
  "docker Volume": {
    key: "name",
    pattern: /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/,
    allowed: "letters, digits, dots, dashes and underscores",
  },
};

const hostName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name that a cloud refuses stops an update half-way. */
export const names: ResourceRule = {
  name: "names",
  description: "Every name is one that its cloud accepts.",
  level: "mandatory",
  resource({ type, name, inputs }) {
    const limit = limits[kindOf(type)];
    const given = limit && text(inputs[limit.key]);
    const computer = text(record(inputs.osProfile).computerName);
    return [
      ...(limit && given !== undefined && !limit.pattern.test(given)
        ? [`the name ${JSON.stringify(given)} of ${name} is not allowed; it must be: ${limit.allowed}`]
        : []),
      ...(computer !== undefined && !hostName.test(computer)
        ? [
            `the computer name ${JSON.stringify(computer)} of ${name} is not allowed; it must be: a host name, at most 63 characters`,
          ]
        : []),
    ];
  },
};
