import * as network from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import { formatAddress, type Subnet } from "../../../stacks/addresses";
import { resourceName } from "../settings";
import { allZones, placed, type Scope } from "./scope";

/** Ids of the subnets. */
export interface ClusterNetwork {
  core: pulumi.Output<string>;
  slaves: pulumi.Output<string>;
  bastion: pulumi.Output<string>;
}

/** Sizes of the subnets for core machines and the bastion, as prefixes. */
const corePrefix = 27;

/** The longest prefix of a network that can be divided. */
export const longestPrefix = 25;

/** Core machines at the beginning, where their addresses are; the bastion behind them; slaves have the upper half. */
export function subnetRanges({ base, prefix }: Subnet): Record<keyof ClusterNetwork, string> {
  const coreSize = 2 ** (32 - corePrefix);
  return {
    core: `${formatAddress(base)}/${corePrefix}`,
    bastion: `${formatAddress(base + coreSize)}/${corePrefix}`,
    slaves: `${formatAddress(base + 2 ** (31 - prefix))}/${prefix + 1}`,
  };
}

/** Addresses that Azure keeps for itself in each subnet. */
const reservedAddresses = 5;

/** How many slaves the upper half of the network has addresses for. */
export function slaveRoom({ prefix }: Subnet): number {
  return 2 ** (31 - prefix) - reservedAddresses;
}

interface Rule {
  name: string;
  ports: string[];
  from: readonly string[];
}

/** Lets a rule's sources in; what no rule lets in from outside the network, Azure's own last rule keeps out. */
function securityGroup(scope: Scope, part: string, rules: readonly Rule[]): network.NetworkSecurityGroup {
  return new network.NetworkSecurityGroup(
    `${part}-access`,
    {
      ...placed(scope, "network"),
      networkSecurityGroupName: resourceName(scope.environment, `${part}-access`),
      securityRules: rules.map(({ name, ports, from }, i) => ({
        name,
        priority: 100 + 10 * i,
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        ...(from.includes("0.0.0.0/0") ? { sourceAddressPrefix: "Internet" } : { sourceAddressPrefixes: [...from] }),
        sourcePortRange: "*",
        destinationAddressPrefix: "*",
        destinationPortRanges: ports,
      })),
    },
    scope.opts,
  );
}

/** The network with its three subnets: closed but for the front door, and listed networks' SSH to the bastion. */
export function clusterNetwork(scope: Scope): ClusterNetwork {
  const { environment, settings, opts } = scope;
  const { access, subnet } = environment;
  const name = (part: string) => resourceName(environment, part);
  const front = securityGroup(scope, "core", [{ name: "front-door", ports: ["80", "443"], from: access.webFrom }]);
  const ssh = securityGroup(scope, "bastion", [{ name: "ssh", ports: ["22"], from: access.sshFrom }]);
  const closed = securityGroup(scope, "slaves", []);

  const natAddress = new network.PublicIPAddress(
    "nat-address",
    {
      ...placed(scope, "network"),
      publicIpAddressName: name("nat"),
      publicIPAllocationMethod: "Static",
      sku: { name: "Standard" },
      zones: allZones(settings),
    },
    opts,
  );
  const nat = new network.NatGateway(
    "nat",
    {
      ...placed(scope, "network"),
      natGatewayName: name("nat"),
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: natAddress.id }],
      idleTimeoutInMinutes: 10,
    },
    opts,
  );
  const ranges = subnetRanges(subnet);
  const inside = (part: keyof ClusterNetwork, group: network.NetworkSecurityGroup) => ({
    name: part,
    addressPrefix: ranges[part],
    networkSecurityGroup: { id: group.id },
    natGateway: part === "bastion" ? undefined : { id: nat.id },
    defaultOutboundAccess: false,
  });
  const vnet = new network.VirtualNetwork(
    "network",
    {
      ...placed(scope, "network"),
      virtualNetworkName: name("network"),
      addressSpace: { addressPrefixes: [subnet.cidr] },
      subnets: [inside("core", front), inside("slaves", closed), inside("bastion", ssh)],
    },
    opts,
  );
  privateZone(scope, vnet);
  const idOf = (part: keyof ClusterNetwork) => pulumi.interpolate`${vnet.id}/subnets/${part}`;
  return { core: idOf("core"), slaves: idOf("slaves"), bastion: idOf("bastion") };
}

/** Names that Azure keeps for machines that come and go: `<machine>.drover-<environment>.internal`. BIND forwards there. */
function privateZone(scope: Scope, vnet: network.VirtualNetwork): void {
  const { environment, opts } = scope;
  const { tags, resourceGroupName } = placed(scope, "network");
  const zone = new privatedns.PrivateZone(
    "names",
    { resourceGroupName, tags, location: "Global", privateZoneName: `drover-${environment.name}.internal` },
    opts,
  );
  new privatedns.VirtualNetworkLink(
    "names",
    {
      resourceGroupName,
      tags,
      location: "Global",
      privateZoneName: zone.name,
      virtualNetworkLinkName: resourceName(environment, "names"),
      virtualNetwork: { id: vnet.id },
      registrationEnabled: true,
    },
    opts,
  );
}
