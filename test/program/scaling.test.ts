import { expect, it } from "vitest";
import { type Built, build, shipped } from "./program";

const local = shipped("local");
const withSlaves = (slaves: number) => build("local", { ...local, "drover:slaves": slaves });

/** The wait for the whole cluster: the one resource that is to change with every machine. */
const wait = "drover:index:ClusterReady::ready";

const machine = ({ resources }: Built, hostname: string) =>
  resources.get(`docker:index/container:Container::${hostname}`);

it.each([
  [2, 3],
  [0, 1],
  [9, 12],
])("from %i to %i slaves only the new slaves' own resources are added, and no other is touched", async (from, to) => {
  const before = (await withSlaves(from)).resources;
  const after = (await withSlaves(to)).resources;
  for (const [key, resource] of before) if (key !== wait) expect(after.get(key), key).toEqual(resource);
  expect(after.get(wait)).not.toEqual(before.get(wait));

  const added = [...after.keys()].filter((key) => !before.has(key));
  const slaves = Array.from({ length: to - from }, (_, i) => `slave-${String(from + i).padStart(3, "0")}`);
  for (const key of added) expect(slaves.filter((slave) => key.includes(`::${slave}`))).toHaveLength(1);
  for (const slave of slaves) expect(added).toContain(`docker:index/container:Container::${slave}`);
});

it("the order in which core machines are written does not matter", async () => {
  const [a, b, c] = [{ ops100: { id: 1 } }, { ops110: { id: 2 } }, { ops120: { id: 3 } }];
  const written = await build("local", { ...local, "drover:core": { ...c, ...a, ...b } });
  expect(written.resources).toEqual((await build("local")).resources);
});

it("new images make slaves anew, and reach core machines while they run", async () => {
  const before = await build("local");
  const after = await build("local", local, "ffffffffffff");
  for (const hostname of ["ops100", "ops110", "ops120"]) {
    expect(machine(after, hostname)).toEqual(machine(before, hostname));
    const ready = after.resources.get(`drover:index:MachineReady::ready-${hostname}`);
    expect(ready?.inputs.images).toContain("drover/zookeeper:ffffffffffff");
  }
  for (const hostname of ["slave-000", "slave-001"]) {
    expect(machine(after, hostname)).not.toEqual(machine(before, hostname));
  }
});
