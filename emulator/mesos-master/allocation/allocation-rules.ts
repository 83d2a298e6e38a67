import type { Cluster } from "../cluster";
import { Resources } from "../resources/resources";
import type { QuotaConfig } from "./quotas";
import type { Shares } from "./shares";

/** What of free resources keeps a role within its limits. */
export function withinLimits(quota: QuotaConfig | undefined, allocated: Resources, free: Resources): Resources {
  const limits = Object.entries(quota?.limits ?? {});
  if (limits.length === 0) {
    return free;
  }
  return free.capped(new Map(limits.map(([name, { value }]) => [name, value - allocated.scalar(name)])));
}

/** What of free resources a role lacks of its guarantees; nothing when it lacks nothing. */
export function unmetGuarantees(quota: QuotaConfig | undefined, allocated: Resources, free: Resources): Resources {
  const guarantees = Object.entries(quota?.guarantees ?? {});
  const lacking = guarantees
    .map(([name, { value }]) => [name, value - allocated.scalar(name)] as const)
    .filter(([, amount]) => amount > 0);
  if (lacking.length === 0) {
    return Resources.none;
  }
  // A guaranteed resource is cut to what is lacking; what is not guaranteed comes along within the limits, as upstream.
  const satisfied = guarantees.filter(([name]) => !lacking.some(([other]) => other === name));
  const caps = new Map([...lacking, ...satisfied.map(([name]) => [name, 0] as const)]);
  return withinLimits(quota, allocated, free.capped(caps));
}

/** What has to stay free for guarantees that their roles do not use yet. */
export interface Headroom {
  /** What may be given to a role; nothing when others' guarantees could not be met any more. */
  leaves(role: string, resources: Resources): Resources;
}

/** Headroom at the present state of the shares. */
export function headroomFor(quotas: readonly QuotaConfig[], shares: Shares, cluster: Cluster): Headroom {
  const guaranteed = quotas.filter(({ guarantees }) => Object.keys(guarantees ?? {}).length > 0);
  const free = guaranteed.length === 0 ? Resources.none : freeScalars(cluster);
  let given = Resources.none;
  return {
    leaves: (role, resources) => {
      const needed = new Map<string, number>();
      for (const { role: other, guarantees = {} } of guaranteed) {
        for (const [name, { value }] of Object.entries(guarantees)) {
          const lacking = other === role ? 0 : Math.max(0, value - shares.allocatedTo(other).scalar(name));
          needed.set(name, (needed.get(name) ?? 0) + lacking);
        }
      }
      const scalars = resources.scalarsOnly();
      const wouldLack = [...needed].some(
        ([name, amount]) => amount > 0 && free.scalar(name) - given.scalar(name) - scalars.scalar(name) < amount,
      );
      if (wouldLack) {
        return Resources.none;
      }
      given = guaranteed.length === 0 ? given : given.plus(scalars);
      return resources;
    },
  };
}

function freeScalars(cluster: Cluster): Resources {
  return Resources.sum([...cluster.agents.values()].map((agent) => cluster.freeOf(agent).scalarsOnly()));
}
