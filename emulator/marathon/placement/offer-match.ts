import type { AppDefinition } from "@drover/lib/marathon/types";
import { plainResources, takePorts, takeScalar } from "@drover/lib/mesos/take-resources";
import type { Offer, Resource } from "@drover/lib/mesos/types";
import type { AgentFacts } from "../model/instance";
import { appPorts } from "../model/ports";
import { fulfils } from "./constraints";

/** Why an offer was not used, in the order in which it is checked; the names of `/v2/queue`. */
export const rejectReasons = [
  "UnfulfilledRole",
  "UnfulfilledConstraint",
  "NoCorrespondingReservationFound",
  "AgentMaintenance",
  "InsufficientCpus",
  "InsufficientMemory",
  "InsufficientDisk",
  "InsufficientGpus",
  "InsufficientPorts",
  "DeclinedScarceResources",
] as const;

export type RejectReason = (typeof rejectReasons)[number];

export interface Match {
  resources: Resource[];
  /** By index of the app's ports; null where the app wants no host port. */
  hostPorts: (number | null)[];
  /** What the offer has left. */
  left: Resource[];
}

/** Which resources an app takes that does not say so: `--accepted_resource_roles_default_behavior`. */
export type AcceptedRolesDefault = "any" | "unreserved" | "reserved";

export interface MatchRules {
  acceptedRolesDefault: AcceptedRolesDefault;
  random: () => number;
}

/**
 * Tries to fit one task of an app into what is left of an offer.
 * @param resources what is left of the offer's resources
 * @param placed where the app's other tasks of the same configuration are
 */
export function matchOffer(
  app: AppDefinition,
  offer: Offer,
  resources: readonly Resource[],
  placed: readonly AgentFacts[],
  rules: MatchRules,
): Match | RejectReason {
  const usable = plainResources(resources, acceptedRoles(app, rules.acceptedRolesDefault));
  const isForRole = (offer.allocation_info?.role ?? app.role) === app.role;
  if (!isForRole || usable.length === 0) return "UnfulfilledRole";
  const agent = factsOf(offer);
  if (!app.constraints.every((constraint) => fulfils(constraint, agent, placed))) return "UnfulfilledConstraint";
  const others = resources.filter((each) => !usable.includes(each));
  const scalars: [string, number, RejectReason][] = [
    ["cpus", app.cpus, "InsufficientCpus"],
    ["mem", app.mem, "InsufficientMemory"],
    ["disk", app.disk, "InsufficientDisk"],
  ];
  let left: Resource[] = usable;
  const taken: Resource[] = [];
  for (const [name, amount, reason] of scalars) {
    const step = takeScalar(left, name, amount);
    if (step === undefined) return reason;
    taken.push(...step.taken);
    left = step.left;
  }
  const wanted = appPorts(app).map((port) => port.hostPort);
  const ports = takePorts(
    left,
    wanted.filter((port) => port !== undefined),
    rules.random,
  );
  if (ports === undefined) return "InsufficientPorts";
  const given = [...ports.ports];
  const hostPorts = wanted.map((port) => (port === undefined ? null : (given.shift() ?? null)));
  return { resources: [...taken, ...ports.taken], hostPorts, left: [...others, ...ports.left] };
}

export function factsOf(offer: Offer): AgentFacts {
  const domain = offer.domain?.fault_domain;
  return {
    host: offer.hostname,
    attributes: offer.attributes ?? [],
    ...(domain ? { region: domain.region.name, zone: domain.zone.name } : {}),
  };
}

function acceptedRoles(app: AppDefinition, byDefault: AcceptedRolesDefault): Set<string> {
  if (app.acceptedResourceRoles) return new Set(app.acceptedResourceRoles);
  if (byDefault === "unreserved") return new Set(["*"]);
  return new Set(byDefault === "reserved" ? [app.role] : ["*", app.role]);
}
