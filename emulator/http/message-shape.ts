import { HttpError } from "@drover/lib/http/reply";

/**
 * What a JSON message may look like, for the few rules that protobuf enforces on upstream's side: types of fields and
 * required fields. Fields that are not listed are ignored, as protobuf's JSON reader does.
 */
export type Shape = { readonly [field: string]: Field };

export interface Field {
  type: "string" | "number" | "boolean" | Shape;
  required?: boolean;
  repeated?: boolean;
}

export const string: Field = { type: "string" };
export const number: Field = { type: "number" };
export const boolean: Field = { type: "boolean" };
export const id: Field = { type: { value: { type: "string", required: true } } };

export function message(shape: Shape): Field {
  return { type: shape };
}

export function required(field: Field): Field {
  return { ...field, required: true };
}

export function repeated(field: Field): Field {
  return { ...field, repeated: true };
}

/**
 * Checks a message and turns numbers written as strings into numbers, in place.
 * @param name of the message in upstream's error texts, for instance `Call`
 * @throws HttpError 400 in upstream's words: a field of the wrong type, or all required fields that are missing
 */
export function checkMessage(value: unknown, shape: Shape, name: string): void {
  const problem = (text: string) => new HttpError(400, `Failed to convert JSON into ${name} protobuf: ${text}`);
  if (!isObject(value)) {
    throw problem("Expecting a JSON object");
  }
  const mismatched = checkTypes(value, shape);
  if (mismatched !== undefined) {
    throw problem(mismatched);
  }
  const missing = missingFields(value, shape, "");
  if (missing.length > 0) {
    throw problem(`Missing required fields: ${missing.join(", ")}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkTypes(value: Record<string, unknown>, shape: Shape): string | undefined {
  for (const [name, field] of Object.entries(shape)) {
    const given = value[name];
    if (given === undefined) {
      continue;
    }
    if (Boolean(field.repeated) !== Array.isArray(given)) {
      return `Not expecting a JSON ${kindOf(given)} for field '${name}'`;
    }
    const items = Array.isArray(given) ? given : [given];
    for (const [index, item] of items.entries()) {
      const problem = checkItem(item, field, name);
      if (problem !== undefined) {
        return problem;
      }
      if (field.type === "number") {
        items[index] = Number(item);
      }
    }
    if (!field.repeated) {
      value[name] = items[0];
    }
  }
  return undefined;
}

function checkItem(item: unknown, field: Field, name: string): string | undefined {
  if (typeof field.type === "object") {
    return isObject(item) ? checkTypes(item, field.type) : `Not expecting a JSON ${kindOf(item)} for field '${name}'`;
  }
  const isNumeric = field.type === "number" && typeof item === "string" && /^[-+]?[\d.]+(e[-+]?\d+)?$/i.test(item);
  const fits = isNumeric || (typeof item === field.type && !Number.isNaN(item));
  return fits ? undefined : `Not expecting a JSON ${kindOf(item)} for field '${name}'`;
}

function kindOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : typeof value;
}

function missingFields(value: Record<string, unknown>, shape: Shape, prefix: string): string[] {
  return Object.entries(shape).flatMap(([name, field]) => {
    const given = value[name];
    if (given === undefined) {
      return field.required ? [prefix + name] : [];
    }
    const { type } = field;
    if (typeof type !== "object") {
      return [];
    }
    if (Array.isArray(given)) {
      return given.flatMap((item, index) => missingFields(item, type, `${prefix}${name}[${index}].`));
    }
    return missingFields(given as Record<string, unknown>, type, `${prefix}${name}.`);
  });
}
