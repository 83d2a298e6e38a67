import type { ReservationInfo, Resource } from "@drover/lib/mesos/types";

/** What an amount is of. The same name with another reservation or volume is another kind, which never mixes. */
export interface Kind {
  /** Equal for equal kinds; the name alone for what is neither reserved nor special. */
  readonly key: string;
  readonly name: string;
  readonly type: "SCALAR" | "RANGES" | "SET";
  /** Outermost role first; empty: anybody's. */
  readonly reservations: readonly ReservationInfo[];
  readonly disk?: Resource["disk"];
  readonly provider_id?: Resource["provider_id"];
}

/**
 * `refined`: reservations as a list, for those with RESERVATION_REFINEMENT. `old`: at most one reservation, as `role`
 * and `reservation`. `both`: all spellings at once, as the endpoints show them.
 */
export type Spelling = "refined" | "old" | "both";

/** @throws Error for a spelling or a sort of resource that this master does not have, naming it */
export function kindOf(resource: Resource): Kind {
  const { name, type, disk, provider_id } = resource;
  if (type !== "SCALAR" && type !== "RANGES" && type !== "SET") {
    throw new Error(`resource '${name}' has type ${type}; resources are SCALAR, RANGES or SET`);
  }
  if (resource.revocable || resource.shared) {
    throw new Error(`resource '${name}' is revocable or shared, which this master does not have`);
  }
  const reservations = reservationsOf(resource);
  const special = reservations.length > 0 || disk !== undefined || provider_id !== undefined;
  const key = special ? `${name} ${JSON.stringify([reservations.map(spelled), disk, provider_id])}` : name;
  return { key, name, type, reservations, disk, provider_id };
}

/** The same amounts as another kind. */
export function changed(kind: Kind, change: Partial<Pick<Kind, "reservations" | "disk">>): Kind {
  const { name, type, reservations, disk, provider_id } = { ...kind, ...change };
  return kindOf({ name, type, reservations: [...reservations], disk, provider_id });
}

/** Whose it is: the role of the innermost reservation, `*` when there is none. */
export function roleOf({ reservations }: Kind): string {
  return reservations.at(-1)?.role ?? "*";
}

/** True for what only comes back as it was taken: a persistent volume, a whole disk. */
export function isWhole({ disk }: Kind): boolean {
  const source = disk?.source?.type;
  return disk?.persistence !== undefined || (source !== undefined && source !== "PATH");
}

/** True for what operations made, not the agent's flags. */
export function isDynamic({ reservations, disk }: Kind): boolean {
  return reservations.some(({ type }) => type === "DYNAMIC") || disk?.persistence !== undefined;
}

/** Everything of a resource but its amount. */
export function describeKind(kind: Kind, spelling: Spelling): Partial<Resource> {
  const { reservations, disk, provider_id } = kind;
  const rest = { ...(disk ? { disk } : {}), ...(provider_id ? { provider_id } : {}) };
  const [first] = reservations;
  if (!first) {
    return { ...(spelling === "refined" ? {} : { role: "*" }), ...rest };
  }
  const { role, principal, labels } = first;
  const old = {
    role,
    ...(first.type === "DYNAMIC"
      ? { reservation: { ...(principal === undefined ? {} : { principal }), ...(labels ? { labels } : {}) } }
      : {}),
  };
  const refined = { reservations: [...reservations] };
  const all = reservations.length === 1 && spelling !== "refined" ? old : {};
  return { ...all, ...(spelling === "old" && reservations.length === 1 ? {} : refined), ...rest };
}

function reservationsOf({ name, role = "*", reservation, reservations = [] }: Resource): ReservationInfo[] {
  if (reservations.length > 0) {
    const bad = reservations.find((each) => each.role === undefined || each.role === "*" || each.type === undefined);
    if (bad) {
      throw new Error(`resource '${name}' has a reservation without a role of its own or without a type`);
    }
    return reservations;
  }
  if (role === "*") {
    if (reservation) {
      throw new Error(`resource '${name}' is reserved for the role '*'`);
    }
    return [];
  }
  return [reservation ? { ...reservation, type: "DYNAMIC", role } : { type: "STATIC", role }];
}

function spelled({ type, role, principal, labels }: ReservationInfo): unknown[] {
  return [type, role, principal, labels?.labels];
}
