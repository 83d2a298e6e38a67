import type { Permissions } from "../access/permissions";
import type { Cluster } from "../cluster";
import type { LeadingMaster } from "../leadership/leading-master";
import { type Framework, rolesOf } from "../model";
import { Resources } from "../resources/resources";
import { type Holder, holders, sumOf } from "./resource-views";

export interface Role {
  name: string;
  frameworks: Framework[];
  used: Resources;
  offered: Resources;
  /** Of it, whether used or not. */
  reserved: Resources;
}

/**
 * The roles that frameworks are subscribed to or hold resources for, and those that something was set for; only those
 * that may be seen.
 */
export function rolesIn({ cluster, quotas, weights }: LeadingMaster, may: Permissions): Role[] {
  const frameworks = [...cluster.frameworks.values()];
  const used = byRole([...cluster.agents.values()].flatMap(holders));
  const offered = byRole(cluster.offers.values());
  const reserved = reservations(cluster);
  const names = new Set([
    ...frameworks.flatMap(({ info }) => rolesOf(info)),
    ...used.keys(),
    ...offered.keys(),
    ...reserved.keys(),
    ...[...quotas.all(), ...weights.all()].map(({ role }) => role),
  ]);
  const seen = [...names].filter((name) => may.allows("view_roles", name));
  return seen.sort().map((name) => ({
    name,
    frameworks: frameworks.filter(({ info }) => rolesOf(info).includes(name)),
    used: sumOf(used.get(name) ?? []),
    offered: sumOf(offered.get(name) ?? []),
    reserved: reserved.get(name) ?? Resources.none,
  }));
}

/** `/roles` */
export function rolesView(master: LeadingMaster, may: Permissions): object {
  return {
    roles: rolesIn(master, may).map(({ name, frameworks, used, offered, reserved }) => {
      const { guarantees, limits } = master.quotas.of(name) ?? {};
      return {
        name,
        weight: master.weights.of(name),
        quota: {
          role: name,
          guarantee: amounts(guarantees),
          limit: amounts(limits),
          consumed: used.toQuantities(),
        },
        resources: used.plus(offered).toQuantities(),
        allocated: used.toQuantities(),
        offered: offered.toQuantities(),
        reserved: reserved.toQuantities(),
        frameworks: frameworks.map(({ id }) => id),
      };
    }),
  };
}

function amounts(given: Readonly<Record<string, { value: number }>> = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
}

function byRole(list: Iterable<Holder>): Map<string, Holder[]> {
  const result = new Map<string, Holder[]>();
  for (const holder of list) {
    const own = result.get(holder.role) ?? [];
    own.push(holder);
    result.set(holder.role, own);
  }
  return result;
}

function reservations({ agents }: Cluster): Map<string, Resources> {
  const result = new Map<string, Resources>();
  for (const { total } of agents.values()) {
    for (const [role, resources] of total.reservedByRole()) {
      result.set(role, (result.get(role) ?? Resources.none).plus(resources));
    }
  }
  return result;
}
