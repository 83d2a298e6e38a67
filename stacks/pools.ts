import { type Subnet, slaveAddress, slaveCapacity, slaveName } from "./addresses";
import type { Configuration } from "./schema";

/** One machine as the environment asks for it; what it depends on is its name (and number), never its position. */
export interface PlannedMachine {
  hostname: string;
  role: "core" | "slave";
  address: string;
  zone: string;
}

export interface PlannedSlave extends PlannedMachine {
  role: "slave";
  /** Mesos attributes beside the machine's name and zone. */
  attributes: Readonly<Record<string, string>>;
}

/** Slaves that are alike. */
export interface PlannedPool {
  name: string;
  /** The cloud's name of the machines' size; undefined for the cloud's default. */
  size?: string;
  /** Empty where the cloud's scheduler chooses. */
  zones: readonly string[];
  attributes: Readonly<Record<string, string>>;
  spot: boolean;
  /** The pool's slaves by number; of clouds that name machines themselves only how many there are counts. */
  slaves: readonly PlannedSlave[];
}

/** The pool that `drover:slaves` counts. */
export const firstPool = "slave";

/** The zone of a machine that nobody gave one. */
const noZone = "local";

type Pools = Configuration["pools"];

/** The configured pools with the numbers they have; the pool `slave` is always there. */
function counted(slaves: number, pools: Pools): [string, Pools[string] & { number: number }][] {
  const first = pools[firstPool] ?? { first: 0, attributes: {}, spot: false };
  const others = Object.entries(pools).filter(([name]) => name !== firstPool);
  return [
    [firstPool, { ...first, number: slaves }],
    ...others.map(([name, pool]): [string, Pools[string] & { number: number }] => [
      name,
      { ...pool, number: pool.number ?? 0 },
    ]),
  ];
}

/** What is wrong with the pools, a line each: numbers that are missing, used twice, or without an address. */
export function poolProblems(slaves: number, pools: Pools, subnet: Subnet): string[] {
  const problems: string[] = [];
  for (const [name, { number }] of Object.entries(pools)) {
    if (name === firstPool && number !== undefined) {
      problems.push(`drover:pools.${name}.number: ${number} is not allowed; how many there are says drover:slaves`);
    }
    if (name !== firstPool && number === undefined) {
      problems.push(`drover:pools.${name}.number: nothing is not allowed; it must be: a number`);
    }
  }
  const ranges = counted(slaves, pools)
    .filter(([, { number }]) => number > 0)
    .sort(([, a], [, b]) => a.first - b.first);
  ranges.forEach(([name, { first }], i) => {
    const [before, range] = ranges[i - 1] ?? [];
    if (range && first < range.first + range.number) {
      problems.push(
        `drover:pools.${name}.first: ${first} is not allowed; the pool ${before} has the numbers ${range.first} to ${range.first + range.number - 1}`,
      );
    }
  });
  const capacity = slaveCapacity(subnet);
  const wanted = Math.max(0, ...ranges.map(([, { first, number }]) => first + number));
  if (wanted > capacity || capacity < 0) {
    problems.push(
      `drover:network.subnet: ${subnet.cidr} is too small: it has addresses for ${Math.max(0, capacity)} slaves beside the core machines, drover:slaves asks for ${wanted}; choose a larger network`,
    );
  }
  return problems;
}

/**
 * The pools with all their slaves. A slave's name, address and zone depend on its number alone.
 * @param cloudZones zones of pools that name none
 */
export function plannedPools(
  { slaves, pools, slave }: Pick<Configuration, "slaves" | "pools" | "slave">,
  cloudZones: readonly string[],
  subnet: Subnet,
): PlannedPool[] {
  return counted(slaves, pools).map(([name, pool]) => {
    const zones = pool.zones ?? cloudZones;
    const attributes = { ...slave.attributes, ...pool.attributes };
    return {
      name,
      size: pool.size,
      zones,
      attributes,
      spot: pool.spot,
      slaves: Array.from({ length: pool.number }, (_, i) => ({
        hostname: slaveName(pool.first + i),
        role: "slave" as const,
        address: slaveAddress(subnet, pool.first + i),
        zone: zones[i % zones.length] ?? noZone,
        attributes,
      })),
    };
  });
}
