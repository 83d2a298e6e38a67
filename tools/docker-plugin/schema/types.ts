/**
 * Tables of inputs. A resource type is one table: property name -> type, whether it is required, its default,
 * what a change of it does, and a rule its value must keep. Checking, diffing and the TypeScript types of the
 * inputs all come from the same table.
 */

/** What a change of a property does: `replace` makes a new object, `update` changes the existing one (or only Pulumi's state). */
export type Change = "replace" | "update";

/** A rule returns what is wrong with a value, or undefined when it is right. */
export type Rule<T> = (value: T) => string | undefined;

export type Kind =
  | { kind: "string" }
  | { kind: "integer" }
  | { kind: "boolean" }
  | { kind: "map" }
  | { kind: "enum"; values: readonly string[] }
  /** `ordered: false` is a set: another order of the same elements is no change. */
  | { kind: "list"; of: Kind; ordered: boolean }
  | { kind: "object"; properties: Properties };

/** A kind together with the TypeScript type of its values; `value` exists in the type system only. */
export type Type<T> = Kind & { readonly value?: T };

export interface Property<T = unknown, Required extends boolean = boolean> {
  readonly type: Type<T>;
  readonly required: Required;
  readonly change: Change;
  readonly default?: T;
  readonly rule?: Rule<T>;
  /** Set when the official plugin has this input and the stand-in does not: the reason, shown when it is used. */
  readonly unsupported?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a table holds properties of every type, and rules make Property invariant
export type Properties = { readonly [name: string]: Property<any, boolean> };

type PropertyValue<P> = P extends Property<infer T, boolean> ? T : never;
type RequiredNames<P extends Properties> = { [K in keyof P]: P[K]["required"] extends true ? K : never }[keyof P];

/** The checked values of a table. */
export type ValuesOf<P extends Properties> = { [K in RequiredNames<P>]: PropertyValue<P[K]> } & {
  [K in Exclude<keyof P, RequiredNames<P>>]?: PropertyValue<P[K]> | undefined;
};

export const string: Type<string> = { kind: "string" };
export const integer: Type<number> = { kind: "integer" };
export const boolean: Type<boolean> = { kind: "boolean" };
/** String keys to string values. */
export const map: Type<Record<string, string>> = { kind: "map" };

export function enumeration<V extends string>(...values: readonly V[]): Type<V> {
  return { kind: "enum", values };
}

export function list<T>(of: Type<T>): Type<T[]> {
  return { kind: "list", of, ordered: true };
}

export function set<T>(of: Type<T>): Type<T[]> {
  return { kind: "list", of, ordered: false };
}

export function object<P extends Properties>(properties: P): Type<ValuesOf<P>> {
  return { kind: "object", properties };
}

interface Options<T> {
  change?: Change;
  default?: T;
  rule?: Rule<T>;
}

/** A property that must be given. A change replaces unless said otherwise. */
export function required<T>(type: Type<T>, options: Options<T> = {}): Property<T, true> {
  return { type, required: true, change: "replace", ...options };
}

/** A property that may be left out. A change replaces unless said otherwise. */
export function optional<T>(type: Type<T>, options: Options<T> = {}): Property<T, false> {
  return { type, required: false, change: "replace", ...options };
}

/** An input of the official plugin that is accepted by name, but refused with `reason` when it is set. */
export function unsupported(reason: string): Property<string, false> {
  return { type: string, required: false, change: "update", unsupported: reason };
}
