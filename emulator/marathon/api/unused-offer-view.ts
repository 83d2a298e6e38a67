import type { Attribute, Resource } from "@drover/lib/mesos/types";
import type { UnusedOffer } from "../leader/launch-queue";

/** An offer that did not fit, as `GET /v2/queue?embed=lastUnusedOffers` shows it. */
export function unusedOfferView({ offer, reason, timestamp }: UnusedOffer) {
  const { id, hostname, agent_id, resources, attributes = [] } = offer;
  return {
    offer: {
      id: id.value,
      hostname,
      agentId: agent_id.value,
      resources: resources.map(resourceView),
      attributes: attributes.map(valueView),
    },
    reason: [reason],
    timestamp,
  };
}

function resourceView(resource: Resource) {
  return { ...valueView(resource), role: resource.reservations?.at(-1)?.role ?? resource.role ?? "*" };
}

function valueView({ name, scalar, ranges, set, ...rest }: Resource | Attribute) {
  const text = "text" in rest ? rest.text?.value : undefined;
  return {
    name,
    ...(text === undefined ? {} : { text }),
    ...(scalar ? { scalar: scalar.value } : {}),
    ...(ranges ? { ranges: ranges.range } : {}),
    ...(set ? { set: set.item } : {}),
  };
}
