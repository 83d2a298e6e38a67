import { type INamespace, Root, type Type } from "protobufjs/light";
import { type Message, MessageError, readMessage } from "./json-message";
import { enums, messages } from "./schema";

const OBJECT_FORM = { longs: Number, enums: String, bytes: String };

let root: Root | undefined;
const types = new Map<string, Type>();

/** Reads a message in protobuf's own form. @throws MessageError when the bytes are no such message */
export function decodeMessage(type: string, bytes: Uint8Array): Message {
  let object: Message;
  try {
    const reader = typeOf(type);
    object = reader.toObject(reader.decode(bytes), OBJECT_FORM);
  } catch (error) {
    throw new MessageError((error as Error).message);
  }
  return readMessage(type, object);
}

/** Writes a message in protobuf's own form; fields that the schema does not have are left out. */
export function encodeMessage(type: string, message: object): Uint8Array {
  const writer = typeOf(type);
  return writer.encode(writer.fromObject(message)).finish();
}

function typeOf(name: string): Type {
  root ??= Root.fromJSON(descriptors());
  let type = types.get(name);
  if (!type) {
    type = root.lookupType(name);
    types.set(name, type);
  }
  return type;
}

/** The schema in the form that protobufjs takes. */
function descriptors(): INamespace {
  const nested: INamespace["nested"] = {};
  for (const [name, values] of enums) {
    nested[name] = { values: Object.fromEntries(values) };
  }
  for (const [name, fields] of messages) {
    nested[name] = {
      fields: Object.fromEntries(
        fields.map(({ name: field, number, kind, type }) => [
          field,
          kind === "map" ? { keyType: "string", id: number, type } : { rule: kind, id: number, type },
        ]),
      ),
    };
  }
  return { options: { edition: "proto2" }, nested };
}
