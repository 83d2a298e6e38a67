import type { Value } from "@drover/lib/mesos/types";
import type { Framework, Offer } from "../model";

/** What is wrong with the offers of one call: all must be the framework's, of one agent and one role. */
export function offerProblem(
  offers: ReadonlyMap<string, Offer>,
  framework: Framework,
  ids: readonly Value[],
): string | undefined {
  const seen = new Set<string>();
  let first: Offer | undefined;
  for (const { value } of ids) {
    const offer = offers.get(value);
    if (seen.has(value)) {
      return `Duplicate offer ${value} in offer list`;
    }
    if (!offer || offer.framework !== framework) {
      return `Offer ${value} is no longer valid`;
    }
    seen.add(value);
    first ??= offer;
    if (offer.agent !== first.agent) {
      return `Aggregated offers must belong to one single agent. Offer ${value} uses agent ${offer.agent.id} and agent ${first.agent.id}`;
    }
    if (offer.role !== first.role) {
      return `Aggregated offers must be allocated to the same role. Offer ${value} uses role ${offer.role} but another is using role ${first.role}`;
    }
  }
  return undefined;
}
