import type { Billed } from "../../policy/cost/estimate";
import { diskPriceName } from "../../policy/cost/prices";
import type { Environment } from "../../stacks/environment";

/** What an environment takes from a cloud's quotas. */
export interface Needs {
  /** Machines by size. */
  machines: readonly { size: string; count: number }[];
  volumes: number;
  volumesGb: number;
  publicAddresses: number;
}

function machinesOf({ core, pools, machines }: Environment): { size: string; count: number }[] {
  const counted = new Map<string, number>();
  const add = (size: string | undefined, count: number) => {
    if (size !== undefined && count > 0) counted.set(size, (counted.get(size) ?? 0) + count);
  };
  add(machines.core.size, core.length);
  add(machines.bastion.size, 1);
  for (const pool of pools) add(pool.size ?? machines.slave.size, pool.slaves.length);
  return [...counted].map(([size, count]) => ({ size, count }));
}

/** Data volumes of the core machines and, where machines boot from volumes, theirs. */
export function openStackNeeds(environment: Environment): Needs {
  const { core, slaves, machines, openstack } = environment;
  const booting = openstack?.bootVolumeGb ? core.length + slaves.length + 1 : 0;
  return {
    machines: machinesOf(environment),
    volumes: core.length + booting,
    volumesGb: core.length * machines.core.diskGb + booting * (openstack?.bootVolumeGb ?? 0),
    // The front door's and the bastion's.
    publicAddresses: 2,
  };
}

export function azureNeeds(environment: Environment): Needs {
  const { core, machines } = environment;
  return {
    machines: machinesOf(environment),
    volumes: core.length,
    volumesGb: core.length * machines.core.diskGb,
    // The front door's, the bastion's and the NAT gateway's.
    publicAddresses: 3,
  };
}

/** What will be on the bill, as far as it is known before anything is there. */
export function billedNeeds(environment: Environment): Billed[] {
  const count = (what: string, number: number): Billed => ({ what, count: number });
  if (environment.openstack) {
    const { machines, volumesGb, publicAddresses } = openStackNeeds(environment);
    return [
      ...machines.map(({ size, count }) => ({ what: size, count })),
      count("volume GB", volumesGb),
      count("floating address", publicAddresses),
    ];
  }
  if (!environment.azure) return [];
  const { machines, volumes, publicAddresses } = azureNeeds(environment);
  return [
    ...machines.map(({ size, count }) => ({ what: size, count })),
    count(diskPriceName(environment.machines.core.diskGb), volumes),
    count("public address", publicAddresses),
    count("NAT gateway", 1),
    count("load balancer", 2),
    ...(environment.registry ? [] : [count("container registry Basic", 1)]),
    count("private DNS zone", 1),
  ];
}
