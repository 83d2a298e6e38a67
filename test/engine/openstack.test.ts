import { describe, expect, it } from "vitest";
import { shipped, withPolicy } from "./support/environment";
import { testProject } from "./support/test-project";

const pack = ["--policy-pack", "policy"];
const instance = "openstack:compute/instance:Instance";

/** The life of one cluster on OpenStack, each step on what the one before has left. */
describe("openstack, by the real CLI and the pack", async () => {
  const volumes = { pgdata: { sizeGb: 20 }, scratch: { sizeGb: 5, protect: false } };
  const config = { ...shipped("openstack"), "drover:blockVolumes": volumes };
  const project = await testProject("openstack", config);
  const withSlaves = (slaves: number) => ({ ...config, "drover:slaves": slaves });

  it("a failure in the middle stops the update, and the next one goes on from there", async () => {
    project.store.setFaults({ "slave-001": { operation: "create", fail: "No valid host was found", delayMs: 100 } });
    const failed = await project.run("up", "--yes", "--skip-preview");
    expect(failed.ok).toBe(false);
    expect(failed.output).toContain("No valid host was found");
    expect(project.made(instance)).not.toContain("slave-001");
    const core = [...project.store.all()].filter(([, { type, name }]) => type === instance && name.startsWith("ops"));

    project.store.setFaults({});
    const up = await project.run("up", "--yes", ...pack);
    expect(up.output).toContain("✅ drover@v");
    expect(up.output).not.toMatch(/\[(advisory|mandatory)\]/);
    expect(up.ok).toBe(true);
    expect(project.made(instance)).toEqual([
      "bastion",
      "ops100",
      "ops110",
      "ops120",
      "slave-000",
      "slave-001",
      "slave-002",
    ]);
    // What was made before the failure is not made again.
    for (const [id] of core) expect(project.store.read(id)).toBeDefined();
  });

  it("one slave more is one instance more", async () => {
    project.configure(withSlaves(4));
    const { output } = await project.run("preview");
    const steps = output.match(/^ [+~-]+ .*$/gm)?.filter((line) => !line.includes("pulumi:pulumi:Stack")) ?? [];
    expect(steps.filter((line) => / (create|delete|replace|update)/.test(line)).map((line) => line.trim())).toEqual([
      expect.stringMatching(/^\+ +openstack:compute:Instance slave-003 create/),
      expect.stringMatching(/^~ +drover:index:ClusterReady ready update/),
    ]);
    project.configure(config);
  });

  it("most slaves are not removed by a slip: the pack wants it confirmed", async () => {
    project.configure(withSlaves(1));
    const refused = await project.run("up", "--yes", ...pack);
    expect(refused.ok).toBe(false);
    expect(refused.output).toContain("2 of 3 slaves would be removed, more than 50 %");
    expect(project.made(instance)).toContain("slave-002");

    project.configure(withPolicy(withSlaves(1), { confirmRemoval: true }));
    expect((await project.run("up", "--yes", ...pack)).ok).toBe(true);
    expect(project.made(instance)).toEqual(["bastion", "ops100", "ops110", "ops120", "slave-000"]);
  });

  it("a slave that was lost comes back", async () => {
    const [id = ""] =
      [...project.store.all()].find(([, { name, type }]) => type === instance && name === "slave-000") ?? [];
    project.store.remove(id);
    const up = await project.run("up", "--yes", "--skip-preview", "--refresh");
    expect(up.ok).toBe(true);
    expect(project.made(instance)).toContain("slave-000");
  });

  it("destroy goes on after a failure, and leaves production's data", async () => {
    project.store.setFaults({ network: { operation: "delete", fail: "network is in use" } });
    const stuck = await project.run("destroy", "--yes", "--skip-preview");
    expect(stuck.ok).toBe(false);
    expect(stuck.output).toContain("network is in use");
    expect(stuck.output).toContain("ops100-data");

    project.store.setFaults({});
    await project.run("state", "unprotect", "--all", "--yes");
    const gone = await project.run("destroy", "--yes", "--skip-preview");
    expect(gone.output).not.toContain("error:");
    expect(gone.ok).toBe(true);
    expect(project.made()).toEqual(["ops100-data", "ops110-data", "ops120-data", "pgdata", "volume-pgdata"]);
  });
});
