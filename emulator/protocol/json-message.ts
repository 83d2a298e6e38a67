import { enums, messages } from "./schema";
import type { Field } from "./schema/notation";

/** A message as the emulator handles it: its JSON form with only fields that the schema has. */
export type Message = Record<string, unknown>;

/** What is wrong with a JSON value, in upstream's words. */
export class MessageError extends Error {}

/** Protobuf's own limit; deeper messages cannot be written in its other form. */
const MAX_DEPTH = 100;
const NUMERIC = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^[-+]?(Infinity|NaN)$/i;
const INTEGERS = new Set(["int32", "int64", "uint32", "uint64"]);
const FLOATS = new Set(["double"]);

/**
 * Reads a value as a message by the rules of upstream's reader: unknown fields are left out, numbers may be strings,
 * `null` and an enum's unknown name count as absent. Defaults of the schema are filled in.
 * @throws MessageError for a field of the wrong type, or with all required fields that are missing
 */
export function readMessage(type: string, value: unknown): Message {
  if (!isObject(value)) {
    throw new MessageError("Expecting a JSON object");
  }
  const missing: string[] = [];
  const message = readFields(type, value, "", missing, 0);
  if (missing.length > 0) {
    throw new MessageError(`Missing required fields: ${missing.join(", ")}`);
  }
  return message;
}

function readFields(type: string, value: Message, path: string, missing: string[], depth: number): Message {
  if (depth > MAX_DEPTH) {
    throw new MessageError(`The message is nested deeper than ${MAX_DEPTH} levels`);
  }
  const result: Message = {};
  for (const field of messages.get(type) ?? []) {
    const { name, kind } = field;
    const given = Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
    const item = (each: unknown, at: string) => readItem(field, each, at, missing, depth);
    if (given === undefined) {
      if (kind === "required") {
        missing.push(path + name);
      } else if (field.initial !== undefined) {
        result[name] = field.initial;
      }
    } else if (kind === "repeated") {
      const list = Array.isArray(given) ? given : refuse(given, name);
      result[name] = list.map((each, index) => item(each, `${path}${name}[${index}].`)).filter(isPresent);
    } else if (kind === "map") {
      const entries = Object.entries(isObject(given) ? given : refuse(given, name));
      result[name] = Object.fromEntries(entries.map(([key, each]) => [key, item(each, `${path}${name}.`)]));
    } else {
      const read = item(given, `${path}${name}.`);
      if (read !== undefined) {
        result[name] = read;
      } else if (kind === "required") {
        throw new MessageError(`Failed to find enum for '${String(given)}'`);
      }
    }
  }
  return result;
}

function readItem({ name, type }: Field, value: unknown, path: string, missing: string[], depth: number): unknown {
  if (messages.has(type)) {
    return readFields(type, isObject(value) ? value : refuse(value, name), path, missing, depth + 1);
  }
  if (INTEGERS.has(type) || FLOATS.has(type)) {
    return readNumber(name, type, value);
  }
  if (typeof value !== (type === "bool" ? "boolean" : "string")) {
    return refuse(value, name);
  }
  const values = enums.get(type);
  if (values) {
    return values.has(value as string) ? value : undefined;
  }
  return type === "bytes" ? readBytes(name, value as string) : value;
}

/** Both alphabets are taken, with padding or without, but one spelling is kept: uuids are compared. */
function readBytes(name: string, text: string): string {
  if (!/^[\w+/-]*={0,2}$/.test(text)) {
    throw new MessageError(`Failed to base64 decode bytes field '${name}'`);
  }
  return Buffer.from(text, "base64").toString("base64");
}

/** What JSON has no number for (`Infinity`, `NaN`) stays text, as protobuf's JSON spells it: it is written again. */
function readNumber(name: string, type: string, value: unknown): number | string {
  if (typeof value !== "number" && !(typeof value === "string" && NUMERIC.test(value))) {
    return refuse(value, name);
  }
  const number = Number(value);
  if (FLOATS.has(type)) {
    return Number.isFinite(number) ? number : String(number);
  }
  const bits = type.endsWith("32") ? 32 : 64;
  const isUnsigned = type.startsWith("u");
  const max = 2 ** (isUnsigned ? bits : bits - 1);
  if (!(number >= (isUnsigned ? 0 : -max) && number < max)) {
    throw new MessageError(`Failed to parse '${name}': ${String(value)} is out of range of ${type}`);
  }
  return Math.trunc(number);
}

function refuse(value: unknown, name: string): never {
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  throw new MessageError(`Not expecting a JSON ${kind} for field '${name}'`);
}

function isPresent(value: unknown): boolean {
  return value !== undefined;
}

function isObject(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
