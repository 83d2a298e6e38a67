import { describe, expect, it } from "vitest";
import { updateWords } from "../../tools/system/update-words";
import { environmentFrom, shipped } from "./support/environment";
import { testProject } from "./support/test-project";

const scaleSet = "azure-native:compute:VirtualMachineScaleSet";

describe("azure, by the real CLI and the pack", async () => {
  const config = shipped("azure-test");
  const project = await testProject("azure-test", config);
  /** What `npm run up` runs. */
  const up = updateWords(environmentFrom("azure-test", config));

  it("comes up after a failure in the middle, and the pack has nothing to say", async () => {
    project.store.setFaults({ "pool-slave": { operation: "create", fail: "SkuNotAvailable" } });
    const failed = await project.run("up", "--yes", "--skip-preview");
    expect(failed.output).toContain("SkuNotAvailable");
    project.store.setFaults({});
    const second = await project.run(...up);
    expect(second.output).toContain("✅ drover@v");
    expect(second.output).not.toMatch(/\[(advisory|mandatory)\]/);
    expect(second.ok).toBe(true);
    expect(project.made(scaleSet)).toEqual(["pool-slave"]);
  });

  it("`npm run up` does not make a data disk again by a slip", async () => {
    const before = project.store.all();
    project.configure({ ...config, "drover:core": { ops100: { id: 1, zone: "2" } } });
    const refused = await project.run(...up);
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain(
      "the data volume ops100-data would be made again without what is on it, because of another zones",
    );
    expect(project.store.all()).toEqual(before);
  });

  it("scaling changes one number of one scale set", async () => {
    const before = [...project.store.all()].filter(([, { type }]) => type !== scaleSet && !type.startsWith("drover"));
    project.configure({ ...config, "drover:slaves": 5 });
    expect((await project.run(...up)).ok).toBe(true);
    const all = project.store.all();
    const [pool] = [...all.values()].filter(({ type }) => type === scaleSet);
    expect(pool?.inputs.sku).toMatchObject({ capacity: 5 });
    for (const [id, kept] of before) expect(all.get(id)).toEqual(kept);
  });

  it("a scale set that was lost comes back by a refresh", async () => {
    const [lost = ""] = [...project.store.all()].find(([, { type }]) => type === scaleSet) ?? [];
    project.store.remove(lost);
    expect((await project.run(...up, "--refresh")).ok).toBe(true);
    expect(project.made(scaleSet)).toEqual(["pool-slave"]);
    expect(project.store.read(lost)).toBeUndefined();
  });

  it("goes with one command, since it is for tests, also after a failure", async () => {
    project.store.setFaults({ "pool-slave": { operation: "delete", fail: "OperationNotAllowed" } });
    const stuck = await project.run("destroy", "--yes", "--skip-preview");
    expect(stuck.ok).toBe(false);
    expect(stuck.output).toContain("OperationNotAllowed");
    project.store.setFaults({});
    const gone = await project.run("destroy", "--yes", "--skip-preview");
    expect(gone.ok).toBe(true);
    // What is inside a machine goes with it.
    expect(project.made("azure-native:")).toEqual([]);
  });
});
