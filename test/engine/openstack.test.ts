import { describe, expect, it } from "vitest";
import { protectedIn } from "../../tools/system/stack";
import { updateWords } from "../../tools/system/update-words";
import { environmentFrom, shipped, withPolicy } from "./support/environment";
import { testProject } from "./support/test-project";

const instance = "openstack:compute/instance:Instance";
const core = ["bastion", "ops100", "ops110", "ops120"];
/** What production keeps; a declared block volume is two resources. */
const data = ["ops100-data", "ops110-data", "ops120-data", "pgdata", "volume-pgdata"];

/** The life of one cluster on OpenStack, each step on what the one before has left. */
describe("openstack, by the real CLI and the pack", async () => {
  const volumes = { pgdata: { sizeGb: 20 }, scratch: { sizeGb: 5, protect: false } };
  const config = { ...shipped("openstack"), "drover:blockVolumes": volumes };
  const project = await testProject("openstack", config);
  const withSlaves = (slaves: number) => ({ ...config, "drover:slaves": slaves });
  /** What `npm run up` runs. */
  const up = updateWords(environmentFrom("openstack", config));

  it("a failure in the middle stops the update, and the next one goes on from there", async () => {
    project.store.setFaults({ "slave-001": { operation: "create", fail: "No valid host was found", delayMs: 100 } });
    const failed = await project.run("up", "--yes", "--skip-preview");
    expect(failed.ok).toBe(false);
    expect(failed.output).toContain("No valid host was found");
    expect(project.made(instance)).not.toContain("slave-001");
    const before = [...project.store.all()].filter(([, { type, name }]) => type === instance && name.startsWith("ops"));

    project.store.setFaults({});
    const second = await project.run(...up);
    expect(second.output).toContain("✅ drover@v");
    expect(second.output).not.toMatch(/\[(advisory|mandatory)\]/);
    expect(second.ok).toBe(true);
    expect(project.made(instance)).toEqual([...core, "slave-000", "slave-001", "slave-002"]);
    // What was made before the failure is not made again.
    for (const [id] of before) expect(project.store.read(id)).toBeDefined();
  });

  it("one slave more is one instance more, and the secrets it is given", async () => {
    project.configure(withSlaves(4));
    const { output } = await project.run("preview");
    const steps = output.match(/^ [+~-]+ .*$/gm)?.filter((line) => !line.includes("pulumi:pulumi:Stack")) ?? [];
    expect(steps.filter((line) => / (create|delete|replace|update)/.test(line)).map((line) => line.trim())).toEqual([
      expect.stringMatching(/^\+ +openstack:compute:Instance slave-003 create/),
      expect.stringMatching(/^\+ +drover:index:MachineFiles slave-003-secrets create/),
      expect.stringMatching(/^~ +drover:index:ClusterReady ready update/),
    ]);
  });

  it("`npm run up` does not remove most slaves by a slip", async () => {
    const before = project.store.all();
    project.configure(withSlaves(1));
    const refused = await project.run(...up);
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain("2 of 3 slaves would be removed, more than 50 %");
    expect(project.store.all()).toEqual(before);
  });

  it("confirmed, they go; and a slave that was lost comes back", async () => {
    const [lost = ""] =
      [...project.store.all()].find(([, { name, type }]) => type === instance && name === "slave-000") ?? [];
    project.store.remove(lost);
    project.configure(withPolicy(withSlaves(1), { confirmRemoval: true }));
    expect((await project.run(...up, "--refresh")).ok).toBe(true);
    expect(project.made(instance)).toEqual([...core, "slave-000"]);
    expect(project.store.read(lost)).toBeUndefined();
  });

  it("destroy stops at production's data, and unprotected goes on after a failure and leaves the data", async () => {
    const before = project.store.all();
    const refused = await project.run("destroy", "--yes");
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain("ops100-data");
    expect(project.store.all()).toEqual(before);

    const locked = async () => protectedIn((await project.run("stack", "export")).output).sort();
    expect(await locked()).toEqual(data);
    await project.run("state", "unprotect", "--all", "--yes");
    expect(await locked()).toEqual([]);
    project.store.setFaults({ network: { operation: "delete", fail: "network is in use" } });
    const stuck = await project.run("destroy", "--yes", "--skip-preview");
    expect(stuck.ok).toBe(false);
    expect(stuck.output).toContain("network is in use");

    project.store.setFaults({});
    const gone = await project.run("destroy", "--yes", "--skip-preview");
    expect(gone.output).not.toContain("error:");
    expect(gone.ok).toBe(true);
    // What is inside a machine goes with it; the declaration is in no cloud.
    expect(project.made("openstack:")).toEqual(data.filter((name) => name !== "pgdata"));
  });
});
