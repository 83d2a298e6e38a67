import { plainResources, takePorts, takeScalar } from "@drover/lib/mesos/take-resources";
import type { Offer, Resource } from "@drover/lib/mesos/types";
import type { AgentFacts } from "../model/instance";
import type { RunSpec } from "../model/run-spec";
import { fulfils } from "./constraints";
import { type Demand, demandOf } from "./demand";

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
  /** `--draining_seconds`: agents whose maintenance begins so soon get nothing; undefined without `maintenance_mode`. */
  drainingSeconds?: number;
}

/**
 * Tries to fit one instance into what is left of an offer.
 * @param resources what is left of the offer's resources
 * @param placed where the other instances of the same configuration are
 */
export function matchOffer(
  spec: RunSpec,
  offer: Offer,
  resources: readonly Resource[],
  placed: readonly AgentFacts[],
  rules: MatchRules,
): Match | RejectReason {
  const usable = plainResources(resources, acceptedRoles(spec, rules.acceptedRolesDefault));
  const isForRole = (offer.allocation_info?.role ?? spec.role) === spec.role;
  if (!isForRole || usable.length === 0) return "UnfulfilledRole";
  const agent = factsOf(offer);
  if (!spec.constraints.every((constraint) => fulfils(constraint, agent, placed))) return "UnfulfilledConstraint";
  if (isNearMaintenance(offer, rules.drainingSeconds, Date.now())) return "AgentMaintenance";
  const demand = demandOf(spec);
  if (demand.gpus === 0 && hasGpus(usable)) return "DeclinedScarceResources";
  const match = take(demand, usable, rules.random);
  if (typeof match === "string") return match;
  const others = resources.filter((each) => !usable.includes(each));
  return { ...match, left: [...others, ...match.left] };
}

/** Takes what is demanded; the name of what is missing when it is not there. */
export function take(demand: Demand, resources: readonly Resource[], random: () => number): Match | RejectReason {
  const scalars: [string, number, RejectReason][] = [
    ["cpus", demand.cpus, "InsufficientCpus"],
    ["mem", demand.mem, "InsufficientMemory"],
    ["disk", demand.disk, "InsufficientDisk"],
    ["gpus", demand.gpus, "InsufficientGpus"],
  ];
  let left: readonly Resource[] = resources;
  const taken: Resource[] = [];
  for (const [name, amount, reason] of scalars) {
    const step = takeScalar(left, name, amount);
    if (step === undefined) return reason;
    taken.push(...step.taken);
    left = step.left;
  }
  const wanted = demand.ports.filter((port) => port !== undefined);
  const ports = takePorts(left, wanted, random);
  if (ports === undefined) return "InsufficientPorts";
  const given = [...ports.ports];
  const hostPorts = demand.ports.map((port) => (port === undefined ? null : (given.shift() ?? null)));
  return { resources: [...taken, ...ports.taken], hostPorts, left: ports.left };
}

export function factsOf(offer: Offer): AgentFacts {
  const domain = offer.domain?.fault_domain;
  return {
    host: offer.hostname,
    attributes: offer.attributes ?? [],
    ...(domain ? { region: domain.region.name, zone: domain.zone.name } : {}),
  };
}

function acceptedRoles(spec: RunSpec, byDefault: AcceptedRolesDefault): Set<string> {
  if (spec.acceptedResourceRoles) return new Set(spec.acceptedResourceRoles);
  if (byDefault === "unreserved") return new Set(["*"]);
  return new Set(byDefault === "reserved" ? [spec.role] : ["*", spec.role]);
}

/** Agents with GPUs are kept for those who ask for them, as upstream's default `--gpu_scheduling_behavior` does. */
function hasGpus(resources: readonly Resource[]): boolean {
  return resources.some(({ name, scalar }) => name === "gpus" && (scalar?.value ?? 0) > 0);
}

function isNearMaintenance({ unavailability }: Offer, drainingSeconds: number | undefined, nowMs: number): boolean {
  if (drainingSeconds === undefined || unavailability === undefined) return false;
  const startMs = unavailability.start.nanoseconds / 1e6;
  const lengthMs = (unavailability.duration?.nanoseconds ?? Number.POSITIVE_INFINITY) / 1e6;
  return nowMs >= startMs - drainingSeconds * 1000 && nowMs < startMs + lengthMs;
}
