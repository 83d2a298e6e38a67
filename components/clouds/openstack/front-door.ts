import * as loadbalancer from "@pulumi/openstack/loadbalancer";
import * as networking from "@pulumi/openstack/networking";
import type * as pulumi from "@pulumi/pulumi";
import { frontDoorAddress } from "../../../stacks/addresses";
import { HEALTH_PATH } from "../../../templates/haproxy/base";
import type { CoreMachine, FrontDoor } from "../cloud";
import { resourceName } from "../settings";
import type { ClusterNetwork } from "./network";
import { type Scope, tagWords } from "./scope";

const ports = { http: 80, https: 443 };

/** The public address of the front door, on a port that the load balancer or keepalived holds. */
function publicAddress(
  { environment, settings, opts }: Scope,
  network: ClusterNetwork,
  portId: pulumi.Input<string>,
): networking.FloatingIp {
  return new networking.FloatingIp(
    "front-door-address",
    {
      pool: settings.externalNetwork,
      portId,
      description: resourceName(environment, "front-door"),
      tags: tagWords(environment, "front-door"),
    },
    // The network outside is reached by the router only.
    { ...opts, dependsOn: network.router },
  );
}

function doorAt(address: networking.FloatingIp, instance: pulumi.Output<string>): FrontDoor {
  return { address: address.address, httpPort: ports.http, httpsPort: ports.https, instance };
}

/** Octavia in TCP mode in front of the front proxies; one that is not healthy on its HTTP port gets neither. */
export function octaviaFrontDoor(scope: Scope, network: ClusterNetwork, core: readonly CoreMachine[]): FrontDoor {
  const { environment, opts } = scope;
  const tags = tagWords(environment, "front-door");
  const balancer = new loadbalancer.LoadBalancer(
    "front-door",
    {
      name: resourceName(environment, "front-door"),
      vipSubnetId: network.subnet.id,
      vipAddress: frontDoorAddress(environment.subnet),
      tags,
    },
    opts,
  );
  for (const [protocol, port] of Object.entries(ports)) {
    const name = resourceName(environment, protocol);
    const listener = new loadbalancer.Listener(
      `front-door-${protocol}`,
      {
        name,
        loadbalancerId: balancer.id,
        protocol: "TCP",
        protocolPort: port,
        allowedCidrs: [...environment.access.webFrom],
        // As long as the front proxies keep a silent connection: web sockets and event streams.
        timeoutClientData: 3_600_000,
        timeoutMemberData: 3_600_000,
        tags,
      },
      opts,
    );
    const pool = new loadbalancer.Pool(
      `front-door-${protocol}`,
      { name, listenerId: listener.id, protocol: "TCP", lbMethod: "LEAST_CONNECTIONS" },
      opts,
    );
    const members = core.map(({ hostname, address }) => ({
      name: hostname,
      address,
      protocolPort: port,
      monitorPort: ports.http,
      subnetId: network.subnet.id,
    }));
    new loadbalancer.Members(`front-door-${protocol}`, { poolId: pool.id, members }, opts);
    new loadbalancer.Monitor(
      `front-door-${protocol}`,
      {
        name,
        poolId: pool.id,
        type: "HTTP",
        urlPath: HEALTH_PATH,
        expectedCodes: "200",
        delay: 5,
        timeout: 3,
        maxRetries: 2,
        maxRetriesDown: 2,
      },
      opts,
    );
  }
  return doorAt(publicAddress(scope, network, balancer.vipPortId), balancer.id);
}

/** Where a cloud has no Octavia: an address that moves between the core machines. Nothing is bound to its port. */
export function virtualAddress(scope: Scope, network: ClusterNetwork): networking.Port {
  const { environment, opts } = scope;
  return new networking.Port(
    "front-door",
    {
      name: resourceName(environment, "front-door"),
      networkId: network.network.id,
      fixedIps: [{ subnetId: network.subnet.id, ipAddress: frontDoorAddress(environment.subnet) }],
      securityGroupIds: [network.front.id],
      tags: tagWords(environment, "front-door"),
    },
    opts,
  );
}

export function keepalivedFrontDoor(scope: Scope, network: ClusterNetwork, port: networking.Port): FrontDoor {
  return doorAt(publicAddress(scope, network, port.id), port.id);
}
