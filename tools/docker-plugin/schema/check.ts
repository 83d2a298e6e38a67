import { hasUnknown, type Path, UNKNOWN, type Value, type Values } from "../server/values";
import { suggest } from "./suggestion";
import type { Kind, Properties, Property } from "./types";

/** One thing that is wrong with an input. `property` is its path, for example `ports[0].internal`. */
export interface Failure {
  property: string;
  reason: string;
}

/** Every way in which `inputs` breaks the table. Unknown values pass; they are checked when they are known. */
export function check(inputs: Values, table: Properties): Failure[] {
  return checkProperties(inputs, table, []);
}

function checkProperties(values: Values, table: Properties, path: Path): Failure[] {
  const failures: Failure[] = [];
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(table, name)) continue;
    failures.push(failure([...path, name], `there is no such input${suggest(name, Object.keys(table))}`));
  }
  for (const [name, property] of Object.entries(table)) {
    const value = values[name];
    if (value !== undefined) failures.push(...checkProperty(value, property, [...path, name]));
    else if (property.required) failures.push(failure([...path, name], "is required and was not given"));
  }
  return failures;
}

function checkProperty(value: Value, property: Property, path: Path): Failure[] {
  if (property.unsupported !== undefined) {
    return [failure(path, `is not supported by Drover's stand-in for the docker plugin: ${property.unsupported}`)];
  }
  const failures = checkKind(value, property.type, path);
  if (failures.length > 0 || hasUnknown(value)) return failures;
  const broken = property.rule?.(value);
  return broken === undefined ? [] : [failure(path, broken)];
}

function checkKind(value: Value, kind: Kind, path: Path): Failure[] {
  if (value === UNKNOWN) return [];
  switch (kind.kind) {
    case "string":
    case "boolean":
      return checkThat(typeof value === kind.kind, value, `a ${kind.kind}`, path);
    case "integer":
      return checkThat(Number.isSafeInteger(value), value, "a whole number", path);
    case "enum":
      return checkThat(kind.values.includes(value as string), value, `one of ${kind.values.join(", ")}`, path);
    case "map":
      if (!isValues(value)) return checkThat(false, value, "a map of strings", path);
      return Object.entries(value).flatMap(([key, element]) => checkKind(element, { kind: "string" }, [...path, key]));
    case "list":
      if (!Array.isArray(value)) return checkThat(false, value, "a list", path);
      return value.flatMap((element, index) => checkKind(element, kind.of, [...path, index]));
    case "object":
      if (!isValues(value)) return checkThat(false, value, "an object", path);
      return checkProperties(value, kind.properties, path);
  }
}

/** Names the type that was given, never the value: it may be a secret. */
function checkThat(right: boolean, value: Value, wanted: string, path: Path): Failure[] {
  return right ? [] : [failure(path, `must be ${wanted}, not ${describeType(value)}`)];
}

function describeType(value: Value): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "number" && !Number.isInteger(value)) return "a fraction";
  return `another ${typeof value}`;
}

function isValues(value: Value): value is Values {
  return typeof value === "object" && !Array.isArray(value);
}

function failure(path: Path, reason: string): Failure {
  return { property: formatPath(path), reason };
}

/** `["ports", 0, "internal"]` as `ports[0].internal`. */
export function formatPath(path: Path): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : i === 0 ? key : `.${key}`)).join("");
}

/** The inputs with the table's defaults filled in, also in nested objects, and the names of the properties that got one at the top. */
export function applyDefaults(inputs: Values, table: Properties): { values: Values; defaulted: string[] } {
  const values = fillProperties(inputs, table);
  return { values, defaulted: Object.keys(values).filter((name) => inputs[name] === undefined) };
}

function fillProperties(inputs: Values, table: Properties): Values {
  const values: Values = { ...inputs };
  for (const [name, property] of Object.entries(table)) {
    const value = values[name];
    if (value === undefined) {
      if (property.default !== undefined) values[name] = property.default as Value;
    } else {
      values[name] = fill(value, property.type);
    }
  }
  return values;
}

function fill(value: Value, kind: Kind): Value {
  if (kind.kind === "list" && Array.isArray(value)) return value.map((element) => fill(element, kind.of));
  if (kind.kind === "object" && isValues(value)) return fillProperties(value, kind.properties);
  return value;
}
