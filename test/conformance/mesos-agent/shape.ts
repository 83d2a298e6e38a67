/**
 * The form of a JSON value: the name of a simple type, the form of an array's elements, or of an object's members. A
 * member that is not in every object of an array has a `?` behind its name.
 */
export type Shape = "string" | "number" | "boolean" | "null" | readonly Shape[] | { readonly [member: string]: Shape };

/** The form of a value. */
export function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) {
    return value.length === 0 ? [] : [value.map(shapeOf).reduce(merged)];
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
  }
  return value === null ? "null" : (typeof value as "string" | "number" | "boolean");
}

/** What fits both forms. @throws Error when they have nothing in common */
export function merged(one: Shape, other: Shape): Shape {
  if (isList(one) && isList(other)) {
    const [first, second] = [one[0], other[0]];
    return first === undefined ? other : second === undefined ? one : [merged(first, second)];
  }
  if (typeof one === "object" && typeof other === "object" && !isList(one) && !isList(other)) {
    return mergedObjects(one, other);
  }
  if (one !== other) {
    throw new Error(`'${JSON.stringify(one)}' and '${JSON.stringify(other)}' are different forms`);
  }
  return one;
}

/** Where a value does not have a form, one line each; empty when it has. */
export function differences(value: unknown, shape: Shape, at = "$"): string[] {
  if (isList(shape)) {
    const [element] = shape;
    if (!Array.isArray(value)) {
      return [`${at} is no array`];
    }
    return element === undefined ? [] : value.flatMap((each, index) => differences(each, element, `${at}[${index}]`));
  }
  if (typeof shape !== "object") {
    const type = value === null ? "null" : typeof value;
    return type === shape ? [] : [`${at} is ${type}, not ${shape}`];
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [`${at} is no object`];
  }
  const members = new Map(Object.entries(shape).map(([name, form]) => [plain(name), { name, form }]));
  const unknown = Object.keys(value).filter((name) => !members.has(name));
  const missing = [...members].filter(([name, { name: marked }]) => name === marked && !(name in value));
  return [
    ...unknown.map((name) => `${at}.${name} is not expected`),
    ...missing.map(([name]) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const known = members.get(name);
      return known === undefined ? [] : differences(member, known.form, `${at}.${name}`);
    }),
  ];
}

function mergedObjects(one: { readonly [member: string]: Shape }, other: { readonly [member: string]: Shape }): Shape {
  const find = (shape: { readonly [member: string]: Shape }, name: string) => {
    const key = name in shape ? name : `${name}?`;
    return { key, form: shape[key] };
  };
  const names = new Set([...Object.keys(one), ...Object.keys(other)].map(plain));
  return Object.fromEntries(
    [...names].map((name) => {
      const [a, b] = [find(one, name), find(other, name)];
      const always = a.key === name && b.key === name && a.form !== undefined && b.form !== undefined;
      const form = a.form === undefined || b.form === undefined ? (a.form ?? b.form) : merged(a.form, b.form);
      return [always ? name : `${name}?`, form];
    }),
  ) as Shape;
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape);
}

function plain(name: string): string {
  return name.replace(/\?$/, "");
}
