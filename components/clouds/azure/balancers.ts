import * as network from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { HEALTH_PATH } from "../../../templates/haproxy/base";
import { mesosAgentPort } from "../../slaves/slave";
import { resourceName } from "../settings";
import { allZones, idOf, placed, type Scope } from "./scope";

const type = "Microsoft.Network/loadBalancers";

/** A balancer's parts name each other by ids that they have only together. */
function parts(scope: Scope, part: string) {
  const id = idOf(scope, type, part);
  return {
    frontend: { id: pulumi.interpolate`${id}/frontendIPConfigurations/front` },
    pool: { id: pulumi.interpolate`${id}/backendAddressPools/members` },
    probe: { id: pulumi.interpolate`${id}/probes/health` },
  };
}

/** A member that fails twice in a row gets no new connection. */
const probe = { name: "health", protocol: "Http", intervalInSeconds: 5, numberOfProbes: 2, probeThreshold: 2 };

export interface FrontDoorBalancer {
  balancer: network.LoadBalancer;
  address: network.PublicIPAddress;
  /** What the core machines' network interfaces join. */
  poolId: pulumi.Output<string>;
}

/** The public load balancer: ports 80 and 443 to the front proxies that are healthy. */
export function frontDoorBalancer(scope: Scope): FrontDoorBalancer {
  const { environment, settings, opts } = scope;
  const part = "front-door";
  const { frontend, pool, probe: health } = parts(scope, part);
  const address = new network.PublicIPAddress(
    "front-door-address",
    {
      ...placed(scope, part),
      publicIpAddressName: resourceName(environment, part),
      publicIPAllocationMethod: "Static",
      sku: { name: "Standard" },
      zones: allZones(settings),
    },
    opts,
  );
  const balancer = new network.LoadBalancer(
    part,
    {
      ...placed(scope, part),
      loadBalancerName: resourceName(environment, part),
      sku: { name: "Standard" },
      frontendIPConfigurations: [{ name: "front", publicIPAddress: { id: address.id } }],
      backendAddressPools: [{ name: "members" }],
      probes: [{ ...probe, port: 80, requestPath: HEALTH_PATH }],
      loadBalancingRules: [80, 443].map((port) => ({
        name: `port-${port}`,
        protocol: "Tcp",
        frontendPort: port,
        backendPort: port,
        frontendIPConfiguration: frontend,
        backendAddressPool: pool,
        probe: health,
        // The NAT gateway is the way out.
        disableOutboundSnat: true,
        enableTcpReset: true,
        idleTimeoutInMinutes: 30,
      })),
    },
    opts,
  );
  return { balancer, address, poolId: pulumi.interpolate`${balancer.id}/backendAddressPools/members` };
}

export interface SlaveBalancer {
  poolId: pulumi.Output<string>;
  probeId: pulumi.Output<string>;
}

/** A balancer inside the network that nobody uses but Azure: its probe is what tells a scale set which slaves to repair. */
export function slaveBalancer(scope: Scope, subnetId: pulumi.Output<string>): SlaveBalancer {
  const { environment, opts } = scope;
  const part = "slaves";
  const { frontend, pool, probe: health } = parts(scope, part);
  const balancer = new network.LoadBalancer(
    part,
    {
      ...placed(scope, part),
      loadBalancerName: resourceName(environment, part),
      sku: { name: "Standard" },
      frontendIPConfigurations: [{ name: "front", subnet: { id: subnetId }, privateIPAllocationMethod: "Dynamic" }],
      backendAddressPools: [{ name: "members" }],
      probes: [{ ...probe, intervalInSeconds: 15, port: mesosAgentPort, requestPath: "/health" }],
      loadBalancingRules: [
        {
          name: "agents",
          protocol: "Tcp",
          frontendPort: mesosAgentPort,
          backendPort: mesosAgentPort,
          frontendIPConfiguration: frontend,
          backendAddressPool: pool,
          probe: health,
          disableOutboundSnat: true,
        },
      ],
    },
    opts,
  );
  return {
    poolId: pulumi.interpolate`${balancer.id}/backendAddressPools/members`,
    probeId: pulumi.interpolate`${balancer.id}/probes/health`,
  };
}
