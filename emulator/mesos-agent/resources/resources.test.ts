import { expect, test } from "vitest";
import { amounts, reservedAmounts } from "./amounts";
import { withDetected } from "./detect";
import { parseAttributes, parseResources } from "./parse";

test("the flag syntax gives scalars, joined ranges, sets and static reservations", () => {
  expect(
    parseResources("cpus:4; mem:2048;ports:[31005-31010, 31000-31004,32000-32000];cpus(web):2;gpus:{a,b}"),
  ).toEqual([
    { name: "cpus", type: "SCALAR", scalar: { value: 4 } },
    { name: "mem", type: "SCALAR", scalar: { value: 2048 } },
    {
      name: "ports",
      type: "RANGES",
      ranges: {
        range: [
          { begin: 31000, end: 31010 },
          { begin: 32000, end: 32000 },
        ],
      },
    },
    { name: "cpus", type: "SCALAR", scalar: { value: 2 }, reservations: [{ type: "STATIC", role: "web" }] },
    { name: "gpus", type: "SET", set: { item: ["a", "b"] } },
  ]);
});

test("JSON and a default role", () => {
  const json = JSON.stringify([{ name: "cpus", type: "SCALAR", scalar: { value: 1.5 } }]);
  expect(parseResources(json, "batch")).toEqual([
    { name: "cpus", type: "SCALAR", scalar: { value: 1.5 }, reservations: [{ type: "STATIC", role: "batch" }] },
  ]);
});

test.each([
  ["cpus", "'cpus' has no value"],
  ["cpus:many", "'cpus:many' is not a resource"],
  ["cpus:-1", "resource 'cpus' must be a number of at least 0"],
  ["ports:[32000-31000]", "'32000-31000' is not a range"],
  ["ports:[1-2", "does not end with ']'"],
  ['[{"name":"cpus","type":"SCALAR"}]', "it needs name, type and the value"],
])("%s is refused by name", (text, message) => {
  expect(() => parseResources(text)).toThrow(message);
});

test("attributes are scalars, ranges or text", () => {
  expect(parseAttributes("rack:r1;cores:8;url:http://a:1")).toEqual([
    { name: "rack", type: "TEXT", text: { value: "r1" } },
    { name: "cores", type: "SCALAR", scalar: { value: 8 } },
    { name: "url", type: "TEXT", text: { value: "http://a:1" } },
  ]);
});

test("what is not given is detected", () => {
  const small = withDetected(parseResources("cpus:1"), { cpus: 2, memMb: 1500, diskMb: 6000 });
  expect(amounts(small)).toEqual({ cpus: 1, mem: 750, disk: 3000, gpus: 0, ports: "[31000-32000]" });
  const large = withDetected([], { cpus: 2, memMb: 8192, diskMb: 100_000 });
  expect(amounts(large)).toEqual({ cpus: 2, mem: 7168, disk: 94_880, gpus: 0, ports: "[31000-32000]" });
});

test("amounts add up by name and by role", () => {
  const resources = parseResources("cpus:0.1;cpus:0.2;mem(web):64;cpus(web):1;ports:[31000-31000];ports:[31001-31001]");
  expect(amounts(resources)).toEqual({ disk: 0, mem: 64, gpus: 0, cpus: 1.3, ports: "[31000-31001]" });
  expect(reservedAmounts(resources)).toEqual({ web: { disk: 0, mem: 64, gpus: 0, cpus: 1 } });
});
