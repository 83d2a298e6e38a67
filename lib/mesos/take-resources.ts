import type { Range, Resource } from "./types";

export interface Taken {
  taken: Resource[];
  left: Resource[];
}

/** Resources anybody of the role may use: not set aside by a dynamic reservation, not revocable, not a volume or a special disk. */
export function plainResources(resources: readonly Resource[], acceptedRoles: ReadonlySet<string>): Resource[] {
  return resources.filter(
    (each) =>
      acceptedRoles.has(roleOf(each)) &&
      each.reservation === undefined &&
      (each.reservations ?? []).every(({ type }) => type === "STATIC") &&
      each.revocable === undefined &&
      each.disk === undefined &&
      each.shared === undefined &&
      each.provider_id === undefined,
  );
}

/** Takes an amount of a scalar resource, resources of a role of one's own first; undefined when there is too little. */
export function takeScalar(resources: readonly Resource[], name: string, amount: number): Taken | undefined {
  const taken: Resource[] = [];
  const left: Resource[] = [];
  let missing = amount;
  for (const each of [...resources].sort(reservedFirst)) {
    const there = each.name === name ? (each.scalar?.value ?? 0) : 0;
    const used = Math.min(there, missing);
    missing = milli(missing - used);
    if (used > 0) taken.push({ ...each, scalar: { value: used } });
    if (used === 0) left.push(each);
    else if (there > used) left.push({ ...each, scalar: { value: milli(there - used) } });
  }
  return missing > 0 ? undefined : { taken, left };
}

/**
 * Takes ports.
 * @param wanted a port, or 0 for any
 * @param random gives numbers from 0 to 1: dynamic ports are spread, so that one just given back is seldom used again
 * @returns the ports in the order wanted; undefined when one is not there
 */
export function takePorts(
  resources: readonly Resource[],
  wanted: readonly number[],
  random: () => number,
): (Taken & { ports: number[] }) | undefined {
  let left = [...resources].sort(reservedFirst);
  const taken: Resource[] = [];
  const take = (port: number): boolean => {
    const holder = left.find((each) => each.name === "ports" && rangesOf(each).some((range) => contains(range, port)));
    if (holder === undefined) return false;
    taken.push({ ...holder, ranges: { range: [{ begin: port, end: port }] } });
    left = left.map((each) => (each === holder ? withoutPort(each, port) : each));
    return true;
  };
  const fixed = wanted.filter((port) => port !== 0);
  if (!fixed.every(take)) return undefined;
  const ports: number[] = [];
  for (const port of wanted) {
    const chosen = port || anyPort(left, random);
    if (chosen === undefined || (port === 0 && !take(chosen))) return undefined;
    ports.push(chosen);
  }
  return { ports, taken: joinPorts(taken), left };
}

function anyPort(resources: readonly Resource[], random: () => number): number | undefined {
  const ranges = resources.filter((each) => each.name === "ports").flatMap(rangesOf);
  let index = Math.floor(random() * ranges.reduce((sum, { begin, end }) => sum + end - begin + 1, 0));
  for (const { begin, end } of ranges) {
    if (index <= end - begin) return begin + index;
    index -= end - begin + 1;
  }
  return undefined;
}

/** One resource a role, as Mesos wants it. */
function joinPorts(taken: Resource[]): Resource[] {
  const byRole = new Map<string, Resource>();
  for (const each of taken) {
    const before = byRole.get(roleOf(each));
    const range = [...(before ? rangesOf(before) : []), ...rangesOf(each)].sort((a, b) => a.begin - b.begin);
    byRole.set(roleOf(each), { ...each, ranges: { range } });
  }
  return [...byRole.values()];
}

function withoutPort(resource: Resource, port: number): Resource {
  const range = rangesOf(resource).flatMap((each) =>
    contains(each, port)
      ? [
          { begin: each.begin, end: port - 1 },
          { begin: port + 1, end: each.end },
        ].filter(({ begin, end }) => begin <= end)
      : each,
  );
  return { ...resource, ranges: { range } };
}

function contains({ begin, end }: Range, port: number): boolean {
  return begin <= port && port <= end;
}

function rangesOf(resource: Resource): Range[] {
  return resource.ranges?.range ?? [];
}

function roleOf(resource: Resource): string {
  return resource.reservations?.at(-1)?.role ?? resource.role ?? "*";
}

function reservedFirst(a: Resource, b: Resource): number {
  return Number(roleOf(a) === "*") - Number(roleOf(b) === "*");
}

/** Mesos counts in thousandths. */
function milli(value: number): number {
  return Math.round(value * 1000) / 1000;
}
