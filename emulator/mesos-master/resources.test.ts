import type { Resource } from "@drover/lib/mesos/types";
import fc from "fast-check";
import { expect, test } from "vitest";
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
    .toList()
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

test.each([
  [{ name: "cpus", type: "SCALAR", scalar: { value: -1 } }, "Invalid scalar"],
  [{ name: "ports", type: "RANGES", ranges: { range: [{ begin: 2, end: 1 }] } }, "[2-1] is not a range"],
  [{ name: "zones", type: "SET", set: { item: ["a"] } }, "has type SET"],
  [{ name: "cpus", type: "SCALAR", scalar: { value: 1 }, role: "web" }, "is reserved"],
  [{ name: "disk", type: "SCALAR", scalar: { value: 1 }, disk: { source: {} } }, "is a volume"],
] as [Resource, string][])("%j is refused", (resource, message) => {
  expect(() => Resources.of([resource])).toThrow(message);
});
