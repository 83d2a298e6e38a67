/**
 * Messages in a short notation: fields separated by spaces, each `name`, a mark, the field's number, `:` and its type.
 * Marks: `!` required, `?` optional, `*` repeated, `%` a map from strings. Types: protobuf's scalars, or the name of a
 * message or enum of the schema. `=` and a value behind the type of an optional field is its default, for the
 * fields that upstream shows although nobody has set them.
 */
export interface Schema {
  readonly messages: Readonly<Record<string, string>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface Field {
  name: string;
  number: number;
  kind: "required" | "optional" | "repeated" | "map";
  type: string;
  initial?: unknown;
}

const KINDS = { "!": "required", "?": "optional", "*": "repeated", "%": "map" } as const;

/** Reads one message's fields. @throws Error for a field that is not in the notation */
export function parseFields(text: string): Field[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => {
      const match = /^(\w+)([!?*%])(\d+):(\w+)(?:=(\S+))?$/.exec(part);
      if (!match) {
        throw new Error(`'${part}' is not a field: write name!1:type`);
      }
      const [, name = "", mark = "?", number, type = "", initial] = match;
      return {
        name,
        number: Number(number),
        kind: KINDS[mark as keyof typeof KINDS],
        type,
        initial: initial && parseValue(initial),
      };
    });
}

/** A boolean, a number or the name of an enum's value. */
function parseValue(text: string): boolean | number | string {
  return /^(true|false|\d+)$/.test(text) ? (JSON.parse(text) as boolean | number) : text;
}

/** Enum values numbered from `first` on, in order. */
export function numbered(names: string, first = 0): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name, index) => [name, first + index]));
}
