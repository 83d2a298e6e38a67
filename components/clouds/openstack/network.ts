import * as networking from "@pulumi/openstack/networking";
import type * as pulumi from "@pulumi/pulumi";
import { gatewayAddress, serviceAddresses } from "../../../stacks/addresses";
import { resourceName } from "../settings";
import { type Scope, tagWords } from "./scope";

/** The network of a cluster, and who may speak to whom in it. */
export interface ClusterNetwork {
  network: networking.Network;
  subnet: networking.Subnet;
  /** What machines wait for: without it they have no way out. */
  router: networking.RouterInterface;
  /** Of core machines and slaves. */
  cluster: networking.SecGroup;
  /** Of core machines, which take what comes through the front door. */
  front: networking.SecGroup;
  bastion: networking.SecGroup;
}

/** Network, subnet and router. Machines have planned addresses; the cloud's own ports take theirs from a few kept for them. */
export function clusterNetwork(scope: Scope, resolvers: readonly string[]): ClusterNetwork {
  const { environment, settings, opts } = scope;
  const name = (part: string) => resourceName(environment, part);
  const network = new networking.Network(
    "network",
    { name: name("network"), adminStateUp: true, tags: tagWords(environment, "network") },
    opts,
  );
  const subnet = new networking.Subnet(
    "subnet",
    {
      name: name("subnet"),
      networkId: network.id,
      cidr: environment.subnet.cidr,
      ipVersion: 4,
      gatewayIp: gatewayAddress(environment.subnet),
      allocationPools: [serviceAddresses(environment.subnet)],
      dnsNameservers: [...resolvers],
      tags: tagWords(environment, "network"),
    },
    opts,
  );
  const external = networking.getNetworkOutput({ name: settings.externalNetwork, external: true }, opts);
  const router = new networking.Router(
    "router",
    { name: name("router"), externalNetworkId: external.id, tags: tagWords(environment, "network") },
    opts,
  );
  const inside = new networking.RouterInterface("router-interface", { routerId: router.id, subnetId: subnet.id }, opts);
  return { network, subnet, router: inside, ...securityGroups(scope) };
}

/** Closed but for: the cluster among itself, the bastion's SSH into it, the front door, and listed networks' SSH to the bastion. */
function securityGroups(scope: Scope): Pick<ClusterNetwork, "cluster" | "front" | "bastion"> {
  const { environment, opts } = scope;
  const group = (part: string, description: string) =>
    new networking.SecGroup(
      part,
      { name: resourceName(environment, part), description, tags: tagWords(environment, "network") },
      opts,
    );
  const cluster = group("cluster", "Core machines and slaves among themselves");
  const front = group("front", "Front door to core machines");
  const bastion = group("bastion-access", "SSH to the bastion");
  const ingress = (
    name: string,
    to: networking.SecGroup,
    rule: { port?: number; remoteGroupId?: pulumi.Input<string>; remoteIpPrefix?: string },
  ) =>
    new networking.SecGroupRule(
      name,
      {
        direction: "ingress",
        ethertype: "IPv4",
        securityGroupId: to.id,
        remoteGroupId: rule.remoteGroupId,
        remoteIpPrefix: rule.remoteIpPrefix,
        ...(rule.port && { protocol: "tcp", portRangeMin: rule.port, portRangeMax: rule.port }),
      },
      { ...opts, deleteBeforeReplace: true },
    );
  ingress("cluster-inside", cluster, { remoteGroupId: cluster.id });
  ingress("cluster-ssh", cluster, { port: 22, remoteGroupId: bastion.id });
  for (const cidr of environment.access.sshFrom) {
    ingress(`ssh-${cidr.replace("/", "-")}`, bastion, { port: 22, remoteIpPrefix: cidr });
  }
  // The load balancer's own ports are in the subnet; with keepalived users' addresses come through unchanged.
  for (const port of [80, 443]) {
    for (const cidr of new Set([environment.subnet.cidr, ...environment.access.webFrom])) {
      ingress(`front-${port}-${cidr.replace("/", "-")}`, front, { port, remoteIpPrefix: cidr });
    }
  }
  return { cluster, front, bastion };
}
