import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Built, build, shipped } from "./program";

/** The wait for the whole cluster: the one resource beside the pools' that changes with the number of slaves. */
const wait = "drover:index:ClusterReady::ready";

/** What belongs to a pool: its slaves, its server group, its scale set. */
const ofPool = (key: string) => /::(slave-\d+|pool-[a-z]+)(-|$)/.test(key);

/** Any few pools: numbers from 0 on for the pool `slave`, further pools from 100, 200, … on. */
const pools = fc.record({
  slaves: fc.integer({ min: 0, max: 6 }),
  further: fc.uniqueArray(fc.constantFrom("big", "gpu", "edge"), { maxLength: 3 }),
  number: fc.integer({ min: 0, max: 4 }),
  attributes: fc.boolean(),
});

function configured(
  stack: string,
  { slaves, further, number, attributes }: typeof pools extends fc.Arbitrary<infer T> ? T : never,
) {
  const described = further.map((name, i) => [
    name,
    { number, first: 100 * (i + 1), size: `size-${name}`, ...(attributes && { attributes: { kind: name } }) },
  ]);
  return { ...shipped(stack), "drover:slaves": slaves, "drover:pools": Object.fromEntries(described) };
}

/** All resources that are no pool's, and not the wait. */
function rest({ resources }: Built): Map<string, unknown> {
  return new Map([...resources].filter(([key]) => !ofPool(key) && key !== wait).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe.each(["openstack", "azure"])("on %s", async (stack) => {
  const shippedRest = rest(await build(stack));

  it("any number of slaves and pools changes resources of pools only", async () => {
    await fc.assert(
      fc.asyncProperty(pools, async (wanted) => {
        const built = await build(stack, configured(stack, wanted));
        expect(rest(built)).toEqual(shippedRest);
        const names = new Set(["slave", ...wanted.further]);
        for (const name of names)
          expect([...built.resources.keys()].some((key) => key.endsWith(`::pool-${name}`))).toBe(true);
        expect(built.outputs.slaves).toBe(wanted.slaves + wanted.further.length * wanted.number);
      }),
      { numRuns: 6 },
    );
  }, 120_000);
});

it("a further pool has its own size, numbers, zones and attributes", async () => {
  const { resources } = await build("openstack", {
    ...shipped("openstack"),
    "drover:pools": { gpu: { number: 2, first: 100, size: "g1.large", zones: ["az2"], attributes: { gpu: "yes" } } },
  });
  const inputs = resources.get("openstack:compute/instance:Instance::slave-101")?.inputs;
  expect(inputs).toMatchObject({ flavorName: "g1.large", availabilityZone: "az2" });
  const userData = Buffer.from(inputs?.userData as string, "base64").toString();
  expect(userData).toContain("MESOS_ATTRIBUTES=machine:slave-101;zone:az2;gpu:yes");
});

describe("pools that cannot be", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "a number for the pool slave",
      { slave: { number: 2 } },
      "drover:pools.slave.number: 2 is not allowed; how many there are says drover:slaves",
    ],
    ["a pool without a number", { big: {} }, "drover:pools.big.number: nothing is not allowed"],
    [
      "numbers of another pool",
      { big: { number: 1, first: 1 } },
      "drover:pools.big.first: 1 is not allowed; the pool slave has the numbers 0 to 1",
    ],
    ["more than the network has", { big: { number: 1, first: 9999 } }, "10.77.0.0/24 is too small"],
    [
      "sizes of containers",
      { slave: { size: "m1.large" } },
      "drover:pools.slave.size: m1.large is not allowed; machines in Docker have no size",
    ],
  ])("%s", async (_what, config, message) => {
    await expect(build("local", { ...shipped("local"), "drover:pools": config })).rejects.toThrow(message);
  });
});

it("no part of the program but components/clouds asks which cloud it is on", () => {
  const found: string[] = [];
  for (const folder of ["components", "stacks", "templates", "provider", "services", "lib"]) {
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, file);
      if (!path.endsWith(".ts") || path.startsWith("components/clouds/") || /node_modules|\.test\.ts$/.test(path))
        continue;
      if (/cloud\s*[!=]==?|switch \([^)]*\bcloud\)/.test(readFileSync(path, "utf8"))) found.push(path);
    }
  }
  expect(found).toEqual([]);
});
