import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, hasUnknown, type Path, UNKNOWN, type Value, type Values } from "./values";

// No property of a resource is called __proto__, and objects of the wire library cannot have one.
const key = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(UNKNOWN as Value));
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value")), fc.dictionary(key, tie("value"))),
}));
const values = fc.dictionary(key, value, { noNullPrototype: true }) as fc.Arbitrary<Values>;

function pathsOf(value: Value, path: Path = []): Path[] {
  const inner = typeof value === "object" ? Object.entries(value) : [];
  const key = (name: string) => (Array.isArray(value) ? Number(name) : name);
  return [
    ...(path.length > 0 ? [path] : []),
    ...inner.flatMap(([name, v]) => pathsOf(v as Value, [...path, key(name)])),
  ];
}

describe("values on the wire", () => {
  it("come back as they were, with the same places secret", () => {
    fc.assert(
      fc.property(values, fc.infiniteStream(fc.boolean()), (values, coin) => {
        const secrets = pathsOf(values).filter(() => coin.next().value);
        const decoded = decode(encode(values, secrets));
        expect(decoded.values).toEqual(values);
        expect(decoded.secrets.map((path) => JSON.stringify(path)).sort()).toEqual(
          secrets.map((path) => JSON.stringify(path)).sort(),
        );
      }),
    );
  });

  it("never show a secret in the clear", () => {
    const wire = encode({ envs: ["A=1", "PASSWORD=hush"] }, [["envs", 1]]).toJavaScript() as { envs: unknown[] };
    expect(wire.envs[0]).toBe("A=1");
    expect(wire.envs[1]).toMatchObject({ value: "PASSWORD=hush" });
    expect(Object.keys(wire.envs[1] as object)).toContain("4dabf18193072939515e22adb298388d");
  });

  it("know an unknown value at any depth", () => {
    expect(hasUnknown({ a: [{ b: UNKNOWN }] })).toBe(true);
    expect(hasUnknown({ a: [{ b: "" }] })).toBe(false);
  });
});
