import { isDeepStrictEqual } from "node:util";
import type { AgentInfo, Attribute, Resource } from "@drover/lib/mesos/types";
import { reservationRole } from "../resources/amounts";

export type ReconfigurationPolicy = "equal" | "additive";

/**
 * Says why an agent cannot go on under its old id with new flags; undefined when it can. `equal` allows no change,
 * `additive` more resources, new attributes and a first domain. Host name and port never change.
 */
export function incompatibility(old: AgentInfo, now: AgentInfo, policy: ReconfigurationPolicy): string | undefined {
  const additive = policy === "additive";
  if (old.hostname !== now.hostname || old.port !== now.port) {
    return `host name or port changed from ${old.hostname}:${old.port} to ${now.hostname}:${now.port}`;
  }
  if (!isDeepStrictEqual(old.domain, now.domain) && !(additive && old.domain === undefined)) {
    return `domain changed from ${JSON.stringify(old.domain)} to ${JSON.stringify(now.domain)}`;
  }
  return (
    differences("attribute", attributes(old), attributes(now), additive, isDeepStrictEqual) ??
    differences("resource", resources(old), resources(now), additive, additive ? grown : isDeepStrictEqual)
  );
}

type Named = Resource | Attribute;

function attributes(info: AgentInfo): Map<string, Named> {
  return new Map(info.attributes?.map((attribute) => [attribute.name, attribute]));
}

function resources(info: AgentInfo): Map<string, Named> {
  return new Map(info.resources?.map((resource) => [`${resource.name}(${reservationRole(resource)})`, resource]));
}

function differences(
  kind: string,
  old: Map<string, Named>,
  now: Map<string, Named>,
  mayAdd: boolean,
  fits: (before: Named, after: Named) => boolean,
): string | undefined {
  for (const [name, before] of old) {
    const after = now.get(name);
    if (after === undefined || !fits(before, after)) {
      return `${kind} ${name} changed from ${quote(before)} to ${quote(after)}`;
    }
  }
  const added = mayAdd ? undefined : [...now.keys()].find((name) => !old.has(name));
  return added === undefined ? undefined : `${kind} ${added} is new`;
}

/** True when `after` has all that `before` had. */
function grown(before: Named, after: Named): boolean {
  if (before.type !== after.type) {
    return false;
  }
  const holdsRange = (begin: number, end: number) =>
    (after.ranges?.range ?? []).some((range) => range.begin <= begin && end <= range.end);
  return (
    (before.scalar?.value ?? 0) <= (after.scalar?.value ?? 0) &&
    (before.ranges?.range ?? []).every(({ begin, end }) => holdsRange(begin, end)) &&
    (before.set?.item ?? []).every((item) => after.set?.item.includes(item))
  );
}

function quote(named: Named | undefined): string {
  if (named === undefined) {
    return "nothing";
  }
  const { scalar, ranges, set } = named;
  return JSON.stringify(scalar?.value ?? ranges?.range ?? set?.item ?? ("text" in named ? named.text?.value : null));
}
