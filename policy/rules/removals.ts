import { machines } from "../model/machine";
import type { Resource } from "../resource";
import type { Facts, StackRule, Violation } from "../rule";
import { isDataVolume } from "./data-volume";

/** What lets one update through. */
export const confirm = "if that is meant, set drover:policy.confirmRemoval to true for this update";

/** Slaves that the recorded state has and the plan has not: by name, and in scale sets by number. */
function removedSlaves(before: readonly Resource[], after: readonly Resource[], { environment }: Facts) {
  const count = (resources: readonly Resource[]) =>
    new Map(
      machines(resources, environment)
        .filter(({ role }) => role === "slave")
        .map(({ resource, count }) => [resource.urn, count]),
    );
  const [old, planned] = [count(before), count(after)];
  let removed = 0;
  for (const [urn, number] of old) removed += Math.max(0, number - (planned.get(urn) ?? 0));
  return { removed, all: [...old.values()].reduce((sum, number) => sum + number, 0) };
}

/** What an update takes away is gone: a number that lost a digit must not empty a cluster. */
export const removals: StackRule = {
  name: "removals",
  description: "Removing many slaves at once, or any data volume, is confirmed.",
  level: "mandatory",
  stack(resources, facts) {
    const { recorded, environment } = facts;
    const { confirmRemoval, maximumRemovedShare } = environment.policy;
    if (confirmRemoval) return [];
    const kept = new Set(resources.map(({ urn }) => urn));
    const volumes = recorded
      .filter((resource) => isDataVolume(resource, environment) && !kept.has(resource.urn))
      .map(
        (resource): Violation => ({
          urn: resource.urn,
          message: `the data volume ${resource.name} would be removed with all that is on it; ${confirm}`,
        }),
      );
    const { removed, all } = removedSlaves(recorded, resources, facts);
    if (removed <= all * maximumRemovedShare) return volumes;
    const percent = Math.round(maximumRemovedShare * 100);
    return [
      ...volumes,
      {
        urn: "",
        message: `${removed} of ${all} slaves would be removed, more than ${percent} % (drover:policy.maximumRemovedShare); ${confirm}`,
      },
    ];
  },
};
