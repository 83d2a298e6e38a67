import fc from "fast-check";
import type * as z from "zod";

type Def = z.core.$ZodTypeDef & {
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  items?: z.ZodType[];
  innerType?: z.ZodType;
  in?: z.ZodType;
  options?: z.ZodType[];
  valueType?: z.ZodType;
  entries?: Record<string, string>;
  values?: unknown[];
  getter?: () => z.ZodType;
};

/** What nobody should send where something else belongs. */
const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    -1,
    0,
    1e308,
    -0.5,
    2 ** 53,
    "",
    "\u0000",
    "../..",
    "💥",
    "x".repeat(100_000),
  ),
  fc.array(fc.constantFrom(0, "x", null, {}), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom("a", "__proto__", "constructor", "length"), fc.constantFrom<unknown>(0, "x", null)),
  fc.integer({ min: 1, max: 2000 }).map(nested),
);

function nested(depth: number): unknown {
  let value: unknown = "deep";
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { groups: [value] };
  return value;
}

/**
 * Values after a schema, each with some parts that break it: of wrong types, huge, deep, missing, unknown.
 * @param depth how far recursive schemas are followed
 */
export function nearly(schema: z.ZodType, depth = 6): fc.Arbitrary<unknown> {
  const fitting = depth > 0 ? following(schema._zod.def as Def, depth) : nonsense;
  return fc.oneof({ arbitrary: fitting, weight: 9 }, { arbitrary: nonsense, weight: 1 });
}

function following(def: Def, depth: number): fc.Arbitrary<unknown> {
  const inner = def.innerType ?? def.in ?? (def.type === "lazy" ? def.getter?.() : undefined);
  if (inner) return following(inner._zod.def as Def, depth - (def.type === "lazy" ? 1 : 0));
  switch (def.type) {
    case "object": {
      const fields = Object.entries(def.shape ?? {}).map(([name, field]) => [name, nearly(field, depth - 1)]);
      const known = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
        requiredKeys: [],
      });
      return fc
        .tuple(known, fc.dictionary(fc.constantFrom("unknown", "id "), nonsense, { maxKeys: 1 }))
        .map(([object, more]) => ({ ...object, ...more }));
    }
    case "array":
      return def.element ? fc.array(nearly(def.element, depth - 1), { maxLength: 3 }) : nonsense;
    case "tuple":
      return fc.tuple(...(def.items ?? []).map((item) => nearly(item, depth - 1)));
    case "record":
      return def.valueType ? fc.dictionary(fc.string(), nearly(def.valueType, depth - 1), { maxKeys: 3 }) : nonsense;
    case "union":
      return fc.oneof(...(def.options ?? []).map((option) => nearly(option, depth - 1)));
    case "enum":
      return fc.constantFrom(...Object.values(def.entries ?? {}));
    case "literal":
      return fc.constantFrom(...(def.values ?? []));
    case "string":
      return fc.oneof(fc.string(), fc.constantFrom("a", "/a/b", "http://a/b.tgz", "["));
    case "number":
      return fc.oneof(fc.integer({ min: -1, max: 70_000 }), fc.double());
    case "boolean":
      return fc.boolean();
    default:
      return nonsense;
  }
}
