/**
 * Names and types of a JSON value: `"string"`, `"number"`, `"boolean"`, `"null"`; `[item]` for a list, where `item` is what
 * all its items have in common; names that only some of them have end in `?`. `{ "*": shape }` is a map from any name.
 */
export type Shape = string | [] | [Shape] | { [name: string]: Shape };

/** Objects whose names are data, not part of the form. */
const MAPS = new Set(["flags", "attributes", "reserved_resources", "reserved_resources_full", "quantities"]);
/** Objects of amounts by resource name. */
const AMOUNTS = new Set(
  (
    "consumed guarantee limit resources allocated offered reserved limits used_resources offered_resources " +
    "unreserved_resources"
  ).split(" "),
);

/** The shape of a value. @param name the field it is the value of */
export function shapeOf(value: unknown, name = ""): Shape {
  if (value === null || typeof value !== "object") {
    return value === null ? "null" : typeof value;
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? [] : [value.map((item) => shapeOf(item)).reduce(merge)];
  }
  const entries = Object.entries(value);
  if (MAPS.has(name) || (AMOUNTS.has(name) && entries.every(([, each]) => typeof each !== "object"))) {
    return { "*": "any" };
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, shapeOf(each, key)]));
}

/** What two shapes have in common. */
export function merge(a: Shape, b: Shape): Shape {
  if (Array.isArray(a) && Array.isArray(b)) {
    const [first] = a;
    const [second] = b;
    return first === undefined ? b : second === undefined ? a : [merge(first, second)];
  }
  if (typeof a === "object" && typeof b === "object" && !Array.isArray(a) && !Array.isArray(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)].map(bare));
    return Object.fromEntries(
      [...names].map((name) => {
        const mine = a[name] ?? a[`${name}?`];
        const theirs = b[name] ?? b[`${name}?`];
        const always = a[name] !== undefined && b[name] !== undefined;
        const both = mine !== undefined && theirs !== undefined ? merge(mine, theirs) : (mine ?? theirs ?? "any");
        return [always ? name : `${name}?`, both];
      }),
    );
  }
  return JSON.stringify(a) === JSON.stringify(b) ? a : "any";
}

/**
 * What of a value does not fit a shape, one line each: names it should not have, names it lacks, other types.
 * @param optional names that may be missing although the shape has them
 */
export function misfits(value: unknown, shape: Shape, optional: ReadonlySet<string>, path = "$"): string[] {
  if (shape === "any") {
    return [];
  }
  if (typeof shape === "string") {
    const type = value === null ? "null" : typeof value;
    return type === shape ? [] : [`${path} is ${type}, not ${shape}`];
  }
  if (Array.isArray(shape)) {
    const [item] = shape;
    if (!Array.isArray(value)) {
      return [`${path} is no list`];
    }
    return item === undefined ? [] : value.flatMap((each, i) => misfits(each, item, optional, `${path}[${i}]`));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`${path} is no object`];
  }
  if (shape["*"] !== undefined) {
    return [];
  }
  const given = value as Record<string, unknown>;
  const known = new Map(
    Object.entries(shape).map(([name, each]) => [bare(name), { each, always: !name.endsWith("?") }]),
  );
  const lacking = [...known].filter(([name, { always }]) => always && !optional.has(name) && !(name in given));
  return [
    ...lacking.map(([name]) => `${path}.${name} is missing`),
    ...Object.entries(given).flatMap(([name, each]) => {
      const field = known.get(name);
      return field
        ? misfits(each, field.each, optional, `${path}.${name}`)
        : [`${path}.${name} is not in the recording`];
    }),
  ];
}

function bare(name: string): string {
  return name.endsWith("?") ? name.slice(0, -1) : name;
}
