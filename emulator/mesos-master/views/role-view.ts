import { type Cluster, type Framework, type Offer, rolesOf, type TaskRecord } from "../cluster";
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
  const frameworks = [...cluster.frameworks.values()];
  const tasks = frameworks.flatMap(holders);
  const offers = [...cluster.offers.values()];
  const names = new Set([...frameworks, ...tasks, ...offers].flatMap(namesOf));
  const sumOf = (parts: (TaskRecord | Offer)[], name: string) =>
    Resources.sum(parts.filter(({ role }) => role === name).map(({ resources }) => resources));
  return [...names].sort().map((name) => ({
    name,
    frameworks: frameworks.filter(({ info }) => rolesOf(info).includes(name)),
    used: sumOf(tasks, name),
    offered: sumOf(offers, name),
  }));
}

function namesOf(part: Framework | TaskRecord | Offer): string[] {
  return "info" in part ? rolesOf(part.info) : [part.role];
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
