import type { Range, Resource } from "@drover/lib/mesos/types";
import {
  containsRanges,
  countRanges,
  formatRanges,
  normaliseRanges,
  type RangeSet,
  subtractRanges,
  unionRanges,
} from "./ranges";
import { changed, describeKind, isDynamic, isWhole, type Kind, kindOf, roleOf, type Spelling } from "./resource-kind";

/** Mesos counts scalars in thousandths, so that sums are exact. */
const SCALE = 1000;
/** Always shown, also when there is none of them. */
const STATE_SCALARS = ["disk", "mem", "gpus", "cpus"];
/** The order of upstream's offers: what is reserved comes after the ports. */
const OFFER_ORDER = ["ports", "", "cpus", "mem", "disk"];

/** Thousandths, ranges, or items in order. */
type Amount = number | RangeSet | readonly string[];

interface Part {
  kind: Kind;
  amount: Amount;
}

/** How a list of resources is shown to whom. */
export interface ResourceForm {
  spelling: Spelling;
  /** Role the resources are allocated to. */
  allocation?: string;
}

/** An immutable amount of scalars, ranges and sets, each kind (see {@link Kind}) by itself. */
export class Resources {
  static readonly none = new Resources(new Map());

  private constructor(private readonly parts: ReadonlyMap<string, Part>) {}

  /** @throws Error for an amount or a kind that cannot be, naming it */
  static of(list: readonly Resource[] = []): Resources {
    return Resources.collect(list.map((resource) => ({ kind: kindOf(resource), amount: amountOf(resource) })));
  }

  /** Adds many up at once, which spares the steps between. */
  static sum(all: Iterable<Resources>): Resources {
    return Resources.collect([...all].flatMap(({ parts }) => [...parts.values()]));
  }

  private static collect(list: readonly Part[]): Resources {
    const parts = new Map<string, Part>();
    const ranges = new Map<string, Range[]>();
    for (const { kind, amount } of list) {
      const known = parts.get(kind.key);
      if (kind.type === "RANGES") {
        const all = ranges.get(kind.key) ?? [];
        all.push(...(amount as RangeSet));
        ranges.set(kind.key, all);
        parts.set(kind.key, { kind, amount: [] });
      } else if (!isNothing(amount)) {
        parts.set(kind.key, { kind, amount: known ? add(known.amount, amount) : amount });
      }
    }
    for (const [key, all] of ranges) {
      const part = parts.get(key);
      const amount = normaliseRanges(all);
      if (part && amount.length > 0) {
        parts.set(key, { kind: part.kind, amount });
      } else {
        parts.delete(key);
      }
    }
    return new Resources(parts);
  }

  plus(other: Resources): Resources {
    return this.combine(other, add);
  }

  /** What is left; never below nothing. */
  minus(other: Resources): Resources {
    return this.combine(other, subtract);
  }

  contains(other: Resources): boolean {
    return [...other.parts.values()].every(({ kind, amount }) => {
      const mine = this.parts.get(kind.key)?.amount;
      return mine !== undefined && (isWhole(kind) ? isNothing(subtract(mine, amount)) : true) && holds(mine, amount);
    });
  }

  get isEmpty(): boolean {
    return this.parts.size === 0;
  }

  /** Amount of a scalar over all its kinds, 0 when there is none. */
  scalar(name: string): number {
    let sum = 0;
    for (const { kind, amount } of this.parts.values()) {
      if (kind.name === name && typeof amount === "number") {
        sum += amount;
      }
    }
    return sum / SCALE;
  }

  /** Scalars by name alone: ranges cannot be added up over agents, for each has the same ports. */
  scalarsOnly(): Resources {
    const scalars = [...this.parts.values()].filter(({ amount }) => typeof amount === "number");
    return Resources.collect(
      scalars.map(({ kind, amount }) => ({ kind: kind.key === kind.name ? kind : plain(kind), amount })),
    );
  }

  get scalarNames(): string[] {
    return [...new Set([...this.parts.values()].filter(isScalar).map(({ kind }) => kind.name))];
  }

  /** The kinds in it. */
  get kinds(): Kind[] {
    return [...this.parts.values()].map(({ kind }) => kind);
  }

  /** Only what fits the condition. */
  only(fits: (kind: Kind) => boolean): Resources {
    return new Resources(new Map([...this.parts].filter(([, { kind }]) => fits(kind))));
  }

  /** The same amounts as other kinds. */
  as(change: (kind: Kind) => Parameters<typeof changed>[1]): Resources {
    return Resources.collect(
      [...this.parts.values()].map(({ kind, amount }) => ({ kind: changed(kind, change(kind)), amount })),
    );
  }

  /** What may be offered to a role: anybody's, and what is reserved for it or for a role above it. */
  allocatableTo(role: string): Resources {
    return this.only((kind) => {
      const owner = roleOf(kind);
      return owner === "*" || owner === role || role.startsWith(`${owner}/`);
    });
  }

  /** What is reserved, by role. */
  reservedByRole(): Map<string, Resources> {
    const roles = new Set(this.kinds.map(roleOf).filter((role) => role !== "*"));
    return new Map([...roles].map((role) => [role, this.only((kind) => roleOf(kind) === role)]));
  }

  unreserved(): Resources {
    return this.only((kind) => kind.reservations.length === 0);
  }

  /** Dynamic reservations and volumes: what an agent has to remember. */
  dynamic(): Resources {
    return this.only(isDynamic);
  }

  /** At most these amounts of unreserved scalars; the rest as it is. Amounts that are not listed stay. */
  capped(limits: ReadonlyMap<string, number>): Resources {
    const parts = [...this.parts.values()].map(({ kind, amount }) => {
      const limit = kind.reservations.length === 0 ? limits.get(kind.name) : undefined;
      const isCapped = typeof amount === "number" && limit !== undefined;
      return { kind, amount: isCapped ? Math.min(amount, Math.max(0, Math.round(limit * SCALE))) : amount };
    });
    return Resources.collect(parts);
  }

  /** Amounts by name, ranges and sets by how much they hold: the form of `/roles`. */
  toQuantities(): Record<string, number> {
    const result: Record<string, number> = {};
    for (const { kind, amount } of this.parts.values()) {
      result[kind.name] = (result[kind.name] ?? 0) + count(kind, amount);
    }
    return Object.fromEntries(
      Object.entries(result)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [name, Math.round(value * SCALE) / SCALE]),
    );
  }

  toList({ spelling, allocation }: ResourceForm): Resource[] {
    const tail = allocation === undefined ? {} : { allocation_info: { role: allocation } };
    return this.inOrder().map(({ kind, amount }): Resource => {
      const { name, type } = kind;
      return { name, type, ...amountForm(amount, type), ...describeKind(kind, spelling), ...tail };
    });
  }

  /** The object of `/state`: scalars as numbers, ranges and sets as text. */
  toState(): Record<string, number | string> {
    const names = new Set([...STATE_SCALARS, ...this.scalarNames]);
    const others = Resources.collect(
      [...this.parts.values()]
        .filter((part) => !isScalar(part))
        .map(({ kind, amount }) => ({ kind: plain(kind), amount })),
    );
    return Object.fromEntries([
      ...[...names].map((name) => [name, this.scalar(name)] as const),
      ...[...others.parts.values()].map(({ kind, amount }) => [kind.name, format(amount)] as const),
    ]);
  }

  /** `cpus(allocated: web):0.1; mem(allocated: web):32`, the form of upstream's error texts. */
  describe(allocation?: string): string {
    const suffix = allocation === undefined ? "" : `(allocated: ${allocation})`;
    return this.inOrder()
      .map(({ kind, amount }) => {
        const reserved = kind.reservations.map(({ type, role }) => `(${type},${role})`).join("");
        return `${kind.name}${suffix}${reserved && `(reservations: [${reserved}])`}:${format(amount)}`;
      })
      .join("; ");
  }

  private inOrder(): Part[] {
    const rank = ({ kind }: Part) => {
      const place = OFFER_ORDER.indexOf(kind.reservations.length > 0 ? "" : kind.name);
      return place === -1 ? OFFER_ORDER.length : place;
    };
    return [...this.parts.values()].sort((a, b) => rank(a) - rank(b));
  }

  private combine(other: Resources, merge: (a: Amount, b: Amount) => Amount): Resources {
    const parts = new Map(this.parts);
    for (const [key, { kind, amount }] of other.parts) {
      const merged = merge(parts.get(key)?.amount ?? nothing(kind), amount);
      if (isNothing(merged)) {
        parts.delete(key);
      } else {
        parts.set(key, { kind, amount: merged });
      }
    }
    return new Resources(parts);
  }
}

function amountOf({ name, type, scalar, ranges, set }: Resource): Amount {
  if (type === "RANGES") {
    return normaliseRanges(ranges?.range ?? []);
  }
  if (type === "SET") {
    return [...new Set(set?.item ?? [])].sort();
  }
  const amount = Math.round((scalar?.value ?? Number.NaN) * SCALE);
  if (!(amount >= 0 && Number.isSafeInteger(amount))) {
    throw new Error(`Invalid scalar resource '${name}': ${scalar?.value}`);
  }
  return amount;
}

function amountForm(amount: Amount, type: Kind["type"]): Partial<Resource> {
  if (typeof amount === "number") {
    return { scalar: { value: amount / SCALE } };
  }
  return type === "RANGES"
    ? { ranges: { range: [...(amount as RangeSet)] } }
    : { set: { item: [...(amount as readonly string[])] } };
}

function add(a: Amount, b: Amount): Amount {
  if (typeof a === "number" || typeof b === "number") {
    return Number(a) + Number(b);
  }
  return isItems(a, b) ? [...new Set([...items(a), ...items(b)])].sort() : unionRanges(ranges(a), ranges(b));
}

function subtract(a: Amount, b: Amount): Amount {
  if (typeof a === "number" || typeof b === "number") {
    return Math.max(0, Number(a) - Number(b));
  }
  return isItems(a, b) ? items(a).filter((item) => !items(b).includes(item)) : subtractRanges(ranges(a), ranges(b));
}

function holds(a: Amount, b: Amount): boolean {
  if (typeof a === "number" || typeof b === "number") {
    return Number(a) >= Number(b);
  }
  return isItems(a, b) ? items(b).every((item) => items(a).includes(item)) : containsRanges(ranges(a), ranges(b));
}

function isItems(...amounts: Amount[]): boolean {
  return amounts.some((amount) => typeof amount === "object" && typeof amount[0] === "string");
}

function items(amount: Amount): readonly string[] {
  return amount as readonly string[];
}

function ranges(amount: Amount): RangeSet {
  return amount as RangeSet;
}

function isNothing(amount: Amount): boolean {
  return typeof amount === "number" ? amount <= 0 : amount.length === 0;
}

function nothing({ type }: Kind): Amount {
  return type === "SCALAR" ? 0 : [];
}

function isScalar({ amount }: Part): boolean {
  return typeof amount === "number";
}

function plain({ name, type }: Kind): Kind {
  return { key: name, name, type, reservations: [] };
}

function count({ type }: Kind, amount: Amount): number {
  if (typeof amount === "number") {
    return amount / SCALE;
  }
  return type === "RANGES" ? countRanges(amount as RangeSet) : amount.length;
}

function format(amount: Amount): number | string {
  if (typeof amount === "number") {
    return amount / SCALE;
  }
  return typeof amount[0] === "string" ? `{${amount.join(", ")}}` : formatRanges(amount as RangeSet);
}
