import type { Range, Resource } from "@drover/lib/mesos/types";
import { UNRESERVED } from "./parse";
import { formatRanges, joinRanges } from "./values";

/** Resources as the state endpoints show them: totals by name, ranges and sets as text. */
export type Amounts = Record<string, number | string>;

/** The role a resource is reserved for, `*` when it is not. */
export function reservationRole(resource: Resource): string {
  return resource.reservations?.at(-1)?.role ?? resource.role ?? UNRESERVED;
}

/** Sum of a scalar resource by name, 0 when there is none. Mesos counts in thousandths. */
export function scalarSum(resources: readonly Resource[], name: string): number {
  const sum = resources.reduce((total, r) => total + (r.name === name ? (r.scalar?.value ?? 0) : 0), 0);
  return Math.round(sum * 1000) / 1000;
}

/** All port ranges, joined. */
export function portRanges(resources: readonly Resource[]): Range[] {
  return joinRanges(resources.flatMap((r) => (r.name === "ports" ? (r.ranges?.range ?? []) : [])));
}

/** Totals by name; disk, mem, gpus and cpus are always there. */
export function amounts(resources: readonly Resource[]): Amounts {
  const names = new Set(["disk", "mem", "gpus", "cpus", ...resources.map(({ name }) => name)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      amount(
        resources.filter((r) => r.name === name),
        name,
      ),
    ]),
  );
}

/** Amounts of the reserved resources by role. */
export function reservedAmounts(resources: readonly Resource[]): Record<string, Amounts> {
  const roles = new Set(resources.map(reservationRole));
  roles.delete(UNRESERVED);
  return Object.fromEntries(
    [...roles].map((role) => [role, amounts(resources.filter((r) => reservationRole(r) === role))]),
  );
}

/** The resources without a reservation. */
export function unreserved(resources: readonly Resource[]): Resource[] {
  return resources.filter((resource) => reservationRole(resource) === UNRESERVED);
}

function amount(resources: readonly Resource[], name: string): number | string {
  const ranges = resources.flatMap((r) => r.ranges?.range ?? []);
  if (ranges.length > 0) {
    return formatRanges(joinRanges(ranges));
  }
  const items = resources.flatMap((r) => r.set?.item ?? []);
  return items.length > 0 ? `{${items.join(", ")}}` : scalarSum(resources, name);
}
