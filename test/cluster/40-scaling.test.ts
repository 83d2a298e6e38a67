import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configFile } from "../../tools/system/stack";
import { pulumi, succeeded } from "./support/cli";
import { runningOf, type Seen } from "./support/engine";
import { LocalCluster } from "./support/local";
import { expected, until } from "./support/until";

interface Preview {
  steps: { op: string; urn: string }[];
}

const config = readFileSync(configFile("local"), "utf8");
const setSlaves = (count: number) => succeeded(pulumi(["config", "set", "slaves", "-s", "local", "--", String(count)]));
const up = () => succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));

/** What an update would do, as `operation type name`, without what stays the same. */
async function preview(): Promise<string[]> {
  const { stdout } = await succeeded(pulumi(["preview", "--json", "-s", "local"]));
  return (JSON.parse(stdout) as Preview).steps
    .filter(({ op }) => op !== "same")
    .map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").pop()} ${urn.split("::")[3]}`);
}

async function registeredSlaves(cluster: LocalCluster): Promise<string[]> {
  const { slaves } = await cluster.door.mesos<{ slaves: { hostname: string; active: boolean }[] }>("/slaves");
  return slaves
    .filter(({ active }) => active)
    .map(({ hostname }) => hostname)
    .sort();
}

let before: Record<string, Seen>;

beforeAll(async () => {
  await LocalCluster.withDemo();
  before = await runningOf("local");
});
afterAll(() => writeFileSync(configFile("local"), config));

describe("slaves 2 -> 3", () => {
  beforeAll(() => setSlaves(3));

  it("the preview shows creations only, besides the wait for the cluster", async () => {
    const steps = await preview();
    expect(steps).toContain("create docker:index/container:Container slave-002");
    const others = steps.filter((step) => !/^create \S+ slave-002/.test(step));
    expect(others).toEqual(["update drover:index:ClusterReady ready"]);
  });

  it("no machine that was there is restarted or made anew", async () => {
    const { seconds } = await up();
    console.log(`one slave more: ${seconds.toFixed(1)} s`);
    const { "slave-002": added, ...others } = await runningOf("local");
    expect(others).toEqual(before);
    expect(added).toBeDefined();
  });

  it("the new slave registers and gets tasks", async () => {
    const cluster = await LocalCluster.running();
    expect(await registeredSlaves(cluster)).toEqual(["10.77.0.20", "10.77.0.21", "10.77.0.22"]);
    // As many as leave room on no two slaves alone.
    const tasks = await cluster.scaleDemo(9);
    expect(tasks.map(({ host }) => host)).toContain("10.77.0.22");
  });
});

describe("slaves 3 -> 2", () => {
  it("the preview removes exactly slave-002", async () => {
    await (await LocalCluster.running()).scaleDemo(2);
    await setSlaves(2);
    const steps = await preview();
    expect(steps).toContain("delete docker:index/container:Container slave-002");
    const others = steps.filter((step) => !/^delete \S+ slave-002/.test(step));
    expect(others).toEqual(["update drover:index:ClusterReady ready"]);
  });

  it("the other machines stay as they are, and Mesos forgets the slave", async () => {
    const { seconds } = await up();
    console.log(`one slave less: ${seconds.toFixed(1)} s`);
    expect(await runningOf("local")).toEqual(before);
    const cluster = await LocalCluster.running();
    await until("two active slaves", 120, async () => {
      const slaves = await registeredSlaves(cluster);
      expected(slaves.join() === "10.77.0.20,10.77.0.21", slaves);
      return true;
    });
    await cluster.healthyTasks(2, 120);
  });
});

it("a value that is not allowed stops the update, and the cluster stays", async () => {
  await setSlaves(-1);
  const { code, output } = await pulumi(["up", "--yes", "--skip-preview", "-s", "local"]);
  expect(code).not.toBe(0);
  expect(output).toContain("drover:slaves: -1 is not allowed; it must be: 0 or more");
  expect(await runningOf("local")).toEqual(before);
});
