/**
 * Messages in a short notation: fields separated by spaces, each `name`, a mark, the field's number, `:` and its type.
 * Marks: `!` required, `?` optional, `*` repeated, `%` a map from strings. Types: protobuf's scalars, or the name of a
 * message or enum of the schema.
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
}

const KINDS = { "!": "required", "?": "optional", "*": "repeated", "%": "map" } as const;

/** Reads one message's fields. @throws Error for a field that is not in the notation */
export function parseFields(text: string): Field[] {
  return text
    .split(" ")
    .filter((part) => part !== "")
    .map((part) => {
      const match = /^(\w+)([!?*%])(\d+):(\w+)$/.exec(part);
      if (!match) {
        throw new Error(`'${part}' is not a field: write name!1:type`);
      }
      const [, name = "", mark = "?", number, type = ""] = match;
      return { name, number: Number(number), kind: KINDS[mark as keyof typeof KINDS], type };
    });
}

/** Enum values numbered from `first` on, in order. */
export function numbered(names: string, first = 0): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name, index) => [name, first + index]));
}
