import type { Cluster, Framework } from "../cluster";
import { rolesOf } from "../cluster";
import { Resources } from "../resources";
import { holders } from "./resource-views";

export interface Role {
  name: string;
  frameworks: Framework[];
  used: Resources;
  offered: Resources;
}

/** The roles that frameworks are subscribed to or hold resources for. */
export function rolesIn(cluster: Cluster): Role[] {
  const roles = new Map<string, Role>();
  const role = (name: string): Role => {
    const known = roles.get(name) ?? { name, frameworks: [], used: Resources.none, offered: Resources.none };
    roles.set(name, known);
    return known;
  };
  for (const framework of cluster.frameworks.values()) {
    for (const name of rolesOf(framework.info)) {
      role(name).frameworks.push(framework);
    }
    for (const record of holders(framework)) {
      const used = role(record.role);
      used.used = used.used.plus(record.resources);
    }
    for (const offer of framework.offers) {
      const offered = role(offer.role);
      offered.offered = offered.offered.plus(offer.resources);
    }
  }
  return [...roles.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `/roles`: weights and quotas are not part of this master, every role has the default ones. */
export function rolesView(cluster: Cluster): object {
  return {
    roles: rolesIn(cluster).map(({ name, frameworks, used, offered }) => ({
      name,
      weight: 1,
      quota: { role: name, guarantee: {}, limit: {}, consumed: used.toQuantities() },
      resources: used.plus(offered).toQuantities(),
      allocated: used.toQuantities(),
      offered: offered.toQuantities(),
      reserved: {},
      frameworks: frameworks.map(({ id }) => id),
    })),
  };
}
