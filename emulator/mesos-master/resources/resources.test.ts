import type { Resource } from "@drover/lib/mesos/types";
import fc from "fast-check";
import { expect, test } from "vitest";
import { conversionOf, type ResourceOperation, withCheckpointed } from "./resource-operations";
import { Resources } from "./resources";

const range = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 8 }))
  .map(([begin, length]) => ({ begin, end: begin + length }));
const resources = fc
  .record({ cpus: fc.integer({ min: 0, max: 9000 }), mem: fc.integer({ min: 0, max: 9000 }), ports: fc.array(range) })
  .map(({ cpus, mem, ports }) =>
    Resources.of([
      { name: "cpus", type: "SCALAR", scalar: { value: cpus / 1000 } },
      { name: "mem", type: "SCALAR", scalar: { value: mem } },
      { name: "ports", type: "RANGES", ranges: { range: ports } },
    ]),
  );
const numbers = (value: Resources) =>
  value
    .toList({ spelling: "refined" })
    .flatMap(({ ranges }) =>
      (ranges?.range ?? []).flatMap(({ begin, end }) => Array.from({ length: end - begin + 1 }, (_, i) => begin + i)),
    );

test("what is taken away and given back is whole again", () => {
  fc.assert(
    fc.property(resources, resources, (a, b) => {
      const whole = a.plus(b);
      expect(whole.contains(b)).toBe(true);
      const rest = whole.minus(b);
      expect(rest.plus(b).toState()).toEqual(whole.toState());
      expect(numbers(rest)).toEqual(numbers(whole).filter((number) => !numbers(b).includes(number)));
      expect(Resources.sum([a, b]).toState()).toEqual(whole.toState());
    }),
  );
});

test("scalars are exact to a thousandth", () => {
  const tenth = Resources.of([{ name: "cpus", type: "SCALAR", scalar: { value: 0.1 } }]);
  expect(Resources.sum(Array.from({ length: 10 }, () => tenth)).scalar("cpus")).toBe(1);
});

test("ports are written as Mesos writes them", () => {
  const ports: Resource = {
    name: "ports",
    type: "RANGES",
    ranges: {
      range: [
        { begin: 7, end: 9 },
        { begin: 1, end: 6 },
        { begin: 20, end: 20 },
      ],
    },
  };
  expect(Resources.of([ports]).toState()).toEqual({ cpus: 0, disk: 0, gpus: 0, mem: 0, ports: "[1-9, 20-20]" });
});

const reserved: Resource = {
  name: "disk",
  type: "SCALAR",
  scalar: { value: 64 },
  reservations: [{ type: "DYNAMIC", role: "web", principal: "p" }],
};
const volume: Resource = {
  ...reserved,
  disk: { persistence: { id: "v", principal: "p" }, volume: { container_path: "data", mode: "RW" } },
};

test("a reservation is spelled as its reader knows it, and read again from every spelling", () => {
  const { reservations, ...rest } = reserved;
  const old = { ...rest, role: "web", reservation: { principal: "p" } };
  const both = { ...old, reservations };
  const resources = Resources.of([reserved]);
  expect(resources.toList({ spelling: "refined" })).toEqual([reserved]);
  expect(resources.toList({ spelling: "old" })).toEqual([old]);
  expect(resources.toList({ spelling: "both" })).toEqual([both]);
  for (const each of [old, both]) {
    expect(Resources.of([each]).contains(resources)).toBe(true);
  }
});

test("what is reserved is offered to its role and the roles below it, and counted apart", () => {
  const all = Resources.of([reserved, { name: "disk", type: "SCALAR", scalar: { value: 100 } }]);
  expect(all.allocatableTo("web").scalar("disk")).toBe(164);
  expect(all.allocatableTo("web/blue").scalar("disk")).toBe(164);
  expect(all.allocatableTo("webs").scalar("disk")).toBe(100);
  expect(all.reservedByRole().get("web")?.scalar("disk")).toBe(64);
  expect(all.unreserved().scalar("disk")).toBe(100);
});

test("a volume is made of reserved disk, taken whole, and remembered by its agent", () => {
  const { consumed, converted } = conversionOf({ type: "CREATE", create: { volumes: [volume] } });
  expect(consumed.toList({ spelling: "refined" })).toEqual([reserved]);
  const flags = Resources.of([{ name: "disk", type: "SCALAR", scalar: { value: 100 } }]);
  const total = withCheckpointed(flags, converted);
  expect(total.scalar("disk")).toBe(100);
  expect(total.dynamic().toList({ spelling: "refined" })).toEqual([volume]);
  expect(total.contains(Resources.of([{ ...volume, scalar: { value: 10 } }]))).toBe(false);
  const back = conversionOf({ type: "DESTROY", destroy: { volumes: [volume] } });
  expect(back.converted.toList({ spelling: "refined" })).toEqual([reserved]);
});

test.each([
  [
    { type: "RESERVE", reserve: { resources: [{ name: "cpus", type: "SCALAR", scalar: { value: 1 } }] } },
    "dynamically",
  ],
  [{ type: "UNRESERVE", unreserve: { resources: [volume] } }, "cannot be unreserved directly"],
  [{ type: "CREATE", create: { volumes: [reserved] } }, "does not contain a persistent volume"],
  [{ type: "SHRINK_VOLUME", shrink_volume: { volume, subtract: { value: 64 } } }, "below the volume's"],
] as [ResourceOperation, string][])("%j is refused", (operation, message) => {
  expect(() => conversionOf(operation)).toThrow(message);
});

test("sets hold items", () => {
  const set = (...item: string[]) => Resources.of([{ name: "zones", type: "SET", set: { item } }]);
  expect(set("a", "b").minus(set("a")).toState()).toMatchObject({ zones: "{b}" });
  expect(set("a").contains(set("b"))).toBe(false);
});

test.each([
  [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }, "Invalid scalar"],
  [{ name: "ports", type: "RANGES", ranges: { range: [{ begin: 2, end: 1 }] } }, "[2-1] is not a range"],
  [{ name: "cpus", type: "SCALAR", scalar: { value: 1 }, reservation: {} }, "is reserved for the role '*'"],
  [{ name: "cpus", type: "SCALAR", scalar: { value: 1 }, revocable: {} }, "is revocable"],
] as [Resource, string][])("%j is refused", (resource, message) => {
  expect(() => Resources.of([resource])).toThrow(message);
});
