import type { AgentInfo, Attribute, AttributeConstraint, OfferConstraints } from "@drover/lib/mesos/types";

/** What is wrong with constraints; undefined when they can be kept. */
export function constraintsProblem(constraints: OfferConstraints | undefined, roles: string[]): string | undefined {
  for (const [role, { groups = [] }] of Object.entries(constraints?.role_constraints ?? {})) {
    if (!roles.includes(role)) {
      return `Offer constraints contain an invalid role: '${role}' is not among the framework's roles`;
    }
    if (groups.length === 0) {
      return `Offer constraints for the role '${role}' contain no groups`;
    }
    for (const { selector, predicate } of groups.flatMap(({ attribute_constraints = [] }) => attribute_constraints)) {
      if (Object.keys(selector).length !== 1 || Object.keys(predicate).length !== 1) {
        return "An AttributeConstraint needs exactly one selector and one predicate";
      }
      const regex = predicate.text_matches?.regex ?? predicate.text_not_matches?.regex;
      if (regex !== undefined && !isRegex(regex)) {
        return `An AttributeConstraint has the invalid regex '${regex}'`;
      }
    }
  }
  return undefined;
}

/** True when an agent may be offered to the role. */
export function offerConstraintsAllow(
  constraints: OfferConstraints | undefined,
  role: string,
  agent: AgentInfo,
): boolean {
  const groups = constraints?.role_constraints?.[role]?.groups;
  return (
    groups === undefined ||
    groups.some(({ attribute_constraints = [] }) => attribute_constraints.every((each) => isMet(each, agent)))
  );
}

function isMet({ selector, predicate }: AttributeConstraint, agent: AgentInfo): boolean {
  const values = valuesOf(selector, agent);
  const texts = values.map((value) => (typeof value === "string" ? value : undefined));
  const { exists, not_exists, text_equals, text_not_equals, text_matches, text_not_matches } = predicate;
  if (exists || not_exists) {
    return values.length > 0 === (exists !== undefined);
  }
  // As upstream: attributes that are no text pass every test of text.
  const some = (test: (text: string) => boolean) => texts.some((text) => text === undefined || test(text));
  const every = (test: (text: string) => boolean) => texts.every((text) => text === undefined || test(text));
  if (text_equals || text_matches) {
    return some((text) => (text_equals ? text === text_equals.value : matches(text_matches?.regex, text)));
  }
  return every((text) => (text_not_equals ? text !== text_not_equals.value : !matches(text_not_matches?.regex, text)));
}

function valuesOf(selector: AttributeConstraint["selector"], agent: AgentInfo): (string | Attribute)[] {
  const domain = agent.domain?.fault_domain;
  switch (selector.pseudoattribute_type) {
    case "HOSTNAME":
      return [agent.hostname];
    case "REGION":
      return domain ? [domain.region.name] : [];
    case "ZONE":
      return domain ? [domain.zone.name] : [];
    case undefined:
      return (agent.attributes ?? [])
        .filter(({ name }) => name === selector.attribute_name)
        .map((attribute) => attribute.text?.value ?? attribute);
  }
}

function matches(regex = "", text = ""): boolean {
  return new RegExp(`^(?:${regex})$`).test(text);
}

function isRegex(regex: string): boolean {
  try {
    new RegExp(regex);
    return true;
  } catch {
    return false;
  }
}
