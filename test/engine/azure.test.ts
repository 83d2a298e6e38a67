import { describe, expect, it } from "vitest";
import { shipped } from "./support/environment";
import { testProject } from "./support/test-project";

const pack = ["--policy-pack", "policy"];
const scaleSet = "azure-native:compute:VirtualMachineScaleSet";

describe("azure, by the real CLI and the pack", async () => {
  const config = shipped("azure-test");
  const project = await testProject("azure-test", config);

  it("comes up after a failure in the middle, and the pack has nothing to say", async () => {
    project.store.setFaults({ "pool-slave": { operation: "create", fail: "SkuNotAvailable" } });
    const failed = await project.run("up", "--yes", "--skip-preview");
    expect(failed.output).toContain("SkuNotAvailable");
    project.store.setFaults({});
    const up = await project.run("up", "--yes", ...pack);
    expect(up.output).toContain("✅ drover@v");
    expect(up.output).not.toMatch(/\[(advisory|mandatory)\]/);
    expect(up.ok).toBe(true);
    expect(project.made(scaleSet)).toEqual(["pool-slave"]);
  });

  it("scaling changes one number of one scale set", async () => {
    const before = [...project.store.all()].filter(([, { type }]) => type !== scaleSet && !type.startsWith("drover"));
    project.configure({ ...config, "drover:slaves": 5 });
    expect((await project.run("up", "--yes", "--skip-preview")).ok).toBe(true);
    const all = project.store.all();
    const [pool] = [...all.values()].filter(({ type }) => type === scaleSet);
    expect(pool?.inputs.sku).toMatchObject({ capacity: 5 });
    for (const [id, kept] of before) expect(all.get(id)).toEqual(kept);
  });

  it("goes with one command, since it is for tests", async () => {
    const gone = await project.run("destroy", "--yes", "--skip-preview");
    expect(gone.ok).toBe(true);
    expect(project.made()).toEqual([]);
  });
});
