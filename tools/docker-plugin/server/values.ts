import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A value that is not known until something else has been made; seen in previews only. */
export const UNKNOWN = Symbol("unknown");

export type Value = string | number | boolean | typeof UNKNOWN | Value[] | { [key: string]: Value };
export type Values = { [key: string]: Value };

/** Keys and indices from the top of a property map to one value in it. */
export type Path = readonly (string | number)[];

/** Properties without Pulumi's wrappers, and the paths at which a secret stood. */
export interface Decoded {
  values: Values;
  secrets: Path[];
}

// Pulumi's wire format: a secret is an object with the signature key, an unknown is this string.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_ON_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Unwraps secrets and unknowns. Nulls count as absent. */
export function decode(struct: Struct | undefined): Decoded {
  const secrets: Path[] = [];
  const values = unwrap((struct?.toJavaScript() ?? {}) as Json, [], secrets);
  return { values: (values ?? {}) as Values, secrets };
}

function unwrap(json: Json, path: Path, secrets: Path[]): Value | undefined {
  if (json === null) return undefined;
  if (json === UNKNOWN_ON_WIRE) return UNKNOWN;
  if (Array.isArray(json)) {
    const elements: Value[] = [];
    for (const element of json) {
      const value = unwrap(element, [...path, elements.length], secrets);
      if (value !== undefined) elements.push(value);
    }
    return elements;
  }
  if (typeof json !== "object") return json;
  if (json[SIGNATURE] === SECRET) {
    secrets.push(path);
    return unwrap(json.value ?? null, path, secrets);
  }
  if (json[SIGNATURE] === OUTPUT) {
    if (json.secret === true) secrets.push(path);
    return json.value === undefined ? UNKNOWN : unwrap(json.value, path, secrets);
  }
  const values: Values = {};
  for (const [key, element] of Object.entries(json)) {
    const value = unwrap(element, [...path, key], secrets);
    if (value !== undefined) values[key] = value;
  }
  return values;
}

/** The inverse of {@link decode}: what stands at one of the `secrets` paths is wrapped again. */
export function encode(values: object, secrets: readonly Path[]): Struct {
  const paths = new Set(secrets.map(key));
  return Struct.fromJavaScript(wrap(values as Values, [], paths) as Parameters<typeof Struct.fromJavaScript>[0]);
}

function wrap(value: Value, path: Path, secrets: ReadonlySet<string>): Json {
  const plain = wrapInside(value, path, secrets);
  return secrets.has(key(path)) ? { [SIGNATURE]: SECRET, value: plain } : plain;
}

function wrapInside(value: Value, path: Path, secrets: ReadonlySet<string>): Json {
  if (value === UNKNOWN) return UNKNOWN_ON_WIRE;
  if (Array.isArray(value)) return value.map((element, index) => wrap(element, [...path, index], secrets));
  if (typeof value !== "object") return value as Json;
  const json: { [key: string]: Json } = {};
  for (const [name, element] of Object.entries(value)) {
    if (element !== undefined) json[name] = wrap(element, [...path, name], secrets);
  }
  return json;
}

function key(path: Path): string {
  return JSON.stringify(path);
}

/** True when the value or anything in it is unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return typeof value === "object" && Object.values(value).some(hasUnknown);
}
