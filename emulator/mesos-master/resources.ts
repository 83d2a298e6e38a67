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

/** Mesos counts scalars in thousandths, so that sums are exact. */
const SCALE = 1000;
/** Always shown, also when there is none of them. */
const STATE_SCALARS = ["disk", "mem", "gpus", "cpus"];
/** The order of upstream's offers. */
const OFFER_ORDER = ["ports", "cpus", "mem", "disk"];

/** How a list of resources is shown to whom. */
export interface ResourceForm {
  /** The old spelling `role` of unreserved resources. */
  role?: "*";
  /** Role the resources are allocated to. */
  allocation?: string;
}

/** An immutable amount of unreserved scalars and ranges; reservations, volumes and sets are not part of this master. */
export class Resources {
  static readonly none = new Resources(new Map(), new Map());

  private constructor(
    private readonly scalars: ReadonlyMap<string, number>,
    private readonly ranges: ReadonlyMap<string, RangeSet>,
  ) {}

  /** @throws Error for a negative amount or a kind that this master does not have, naming it */
  static of(list: readonly Resource[] = []): Resources {
    const scalars = new Map<string, number>();
    const ranges = new Map<string, RangeSet>();
    for (const resource of list) {
      refuseUnsupported(resource);
      const { name } = resource;
      if (resource.type === "RANGES") {
        ranges.set(name, unionRanges(ranges.get(name) ?? [], normaliseRanges(resource.ranges?.range ?? [])));
      } else {
        const amount = Math.round((resource.scalar?.value ?? Number.NaN) * SCALE);
        if (!(amount >= 0 && Number.isSafeInteger(amount))) {
          throw new Error(`Invalid scalar resource '${name}': ${resource.scalar?.value}`);
        }
        scalars.set(name, (scalars.get(name) ?? 0) + amount);
      }
    }
    return new Resources(scalars, ranges).withoutNothing();
  }

  /** Adds many up at once, which spares the steps between. */
  static sum(all: Iterable<Resources>): Resources {
    const scalars = new Map<string, number>();
    const ranges = new Map<string, Range[]>();
    for (const each of all) {
      for (const [name, amount] of each.scalars) {
        scalars.set(name, (scalars.get(name) ?? 0) + amount);
      }
      for (const [name, set] of each.ranges) {
        const list = ranges.get(name) ?? [];
        list.push(...set);
        ranges.set(name, list);
      }
    }
    return new Resources(scalars, new Map([...ranges].map(([name, list]) => [name, normaliseRanges(list)])));
  }

  plus(other: Resources): Resources {
    return this.combine(other, (a, b) => a + b, unionRanges);
  }

  /** What is left; never below nothing. */
  minus(other: Resources): Resources {
    return this.combine(other, (a, b) => Math.max(0, a - b), subtractRanges);
  }

  contains(other: Resources): boolean {
    for (const [name, amount] of other.scalars) {
      if (amount > (this.scalars.get(name) ?? 0)) {
        return false;
      }
    }
    for (const [name, set] of other.ranges) {
      if (!containsRanges(this.ranges.get(name) ?? [], set)) {
        return false;
      }
    }
    return true;
  }

  get isEmpty(): boolean {
    return this.scalars.size === 0 && this.ranges.size === 0;
  }

  /** Amount of a scalar, 0 when there is none. */
  scalar(name: string): number {
    return (this.scalars.get(name) ?? 0) / SCALE;
  }

  /** Without ranges, which cannot be added up over agents: each has the same ports. */
  scalarsOnly(): Resources {
    return this.ranges.size === 0 ? this : new Resources(this.scalars, new Map());
  }

  get scalarNames(): string[] {
    return [...this.scalars.keys()];
  }

  /** Amounts by name, ranges by how many numbers they hold: the form of `/roles`. */
  toQuantities(): Record<string, number> {
    const counts = [...this.ranges].map(([name, set]) => [name, countRanges(set)] as const);
    return Object.fromEntries([
      ...[...this.scalars.keys()].map((name) => [name, this.scalar(name)] as const),
      ...counts,
    ]);
  }

  toList({ role, allocation }: ResourceForm = {}): Resource[] {
    const tail = {
      ...(role === undefined ? {} : { role }),
      ...(allocation === undefined ? {} : { allocation_info: { role: allocation } }),
    };
    return this.namesInOrder().map((name): Resource => {
      const range = this.ranges.get(name);
      return range
        ? { name, type: "RANGES", ranges: { range: [...range] }, ...tail }
        : { name, type: "SCALAR", scalar: { value: this.scalar(name) }, ...tail };
    });
  }

  /** The object of `/state`: scalars as numbers, ranges as text. */
  toState(): Record<string, number | string> {
    const scalars = [...new Set([...STATE_SCALARS, ...this.scalars.keys()])].map((name) => [name, this.scalar(name)]);
    const ranges = [...this.ranges].map(([name, set]) => [name, formatRanges(set)]);
    return Object.fromEntries([...scalars, ...ranges]);
  }

  /** `cpus(allocated: web):0.1; mem(allocated: web):32`, the form of upstream's error texts. */
  describe(allocation: string): string {
    return this.namesInOrder()
      .map((name) => {
        const range = this.ranges.get(name);
        return `${name}(allocated: ${allocation}):${range ? formatRanges(range) : this.scalar(name)}`;
      })
      .join("; ");
  }

  private namesInOrder(): string[] {
    const rank = (name: string) => (OFFER_ORDER.includes(name) ? OFFER_ORDER.indexOf(name) : OFFER_ORDER.length);
    return [...this.ranges.keys(), ...this.scalars.keys()].sort((a, b) => rank(a) - rank(b));
  }

  private combine(
    other: Resources,
    amounts: (a: number, b: number) => number,
    sets: (a: RangeSet, b: RangeSet) => RangeSet,
  ): Resources {
    const scalars = new Map(this.scalars);
    for (const [name, amount] of other.scalars) {
      scalars.set(name, amounts(scalars.get(name) ?? 0, amount));
    }
    const ranges = new Map(this.ranges);
    for (const [name, set] of other.ranges) {
      ranges.set(name, sets(ranges.get(name) ?? [], set));
    }
    return new Resources(scalars, ranges).withoutNothing();
  }

  private withoutNothing(): Resources {
    return new Resources(
      new Map([...this.scalars].filter(([, amount]) => amount > 0)),
      new Map([...this.ranges].filter(([, set]) => set.length > 0)),
    );
  }
}

function refuseUnsupported(resource: Resource): void {
  const { name } = resource;
  if (resource.type !== "SCALAR" && resource.type !== "RANGES") {
    throw new Error(`resource '${name}' has type ${resource.type}; this master knows SCALAR and RANGES`);
  }
  const isReserved = (resource.role ?? "*") !== "*" || (resource.reservations ?? []).length > 0 || resource.reservation;
  if (isReserved) {
    throw new Error(`resource '${name}' is reserved; this master has no reservations`);
  }
  if (resource.disk || resource.revocable || resource.shared || resource.provider_id) {
    throw new Error(
      `resource '${name}' is a volume, revocable, shared or of a provider, which this master does not have`,
    );
  }
}
