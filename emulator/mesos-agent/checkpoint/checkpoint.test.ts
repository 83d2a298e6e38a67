import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentInfo, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseAttributes, parseResources } from "../resources/parse";
import { Checkpoint } from "./checkpoint";
import { incompatibility } from "./compatibility";
import { RUN_FILES, WorkPaths } from "./paths";

let workDir: string;
let checkpoint: Checkpoint;

beforeEach(() => {
  workDir = mkdtempSync(join(tmpdir(), "mesos-agent-checkpoint-"));
  checkpoint = new Checkpoint(new WorkPaths(workDir));
});
afterEach(() => rmSync(workDir, { recursive: true }));

const run = { frameworkId: "F", executorId: "t", containerId: "c" };
const task: TaskInfo = { name: "t", task_id: { value: "t" }, agent_id: { value: "S0" } };
const status: TaskStatus = { task_id: { value: "t" }, state: "TASK_STARTING", uuid: "a" };

test("a restarted agent finds its identity, frameworks, tasks and update log", () => {
  const agent = { hostname: "n1", port: 5051, id: { value: "S0" } };
  const framework = { id: { value: "F" }, user: "root", name: "demo", checkpoint: true };
  checkpoint.saveAgent(agent);
  checkpoint.saveFramework("S0", framework);
  checkpoint.saveRun("S0", run, task);
  checkpoint.logUpdate("S0", run, { type: "UPDATE", status });
  appendFileSync(join(checkpoint.paths.runMeta("S0", run), RUN_FILES.updates), '{"type":"ACK","uu'); // killed within
  expect(checkpoint.latestAgent()).toEqual(agent);
  const expected = { ...run, task, log: [{ type: "UPDATE", status }] };
  expect(checkpoint.recover("S0")).toEqual([{ info: framework, runs: [expected], pods: [] }]);
  checkpoint.logUpdate("S0", run, { type: "ACK", uuid: "a" });
  expect(checkpoint.recover("S0")[0]?.runs[0]?.log).toHaveLength(2);
  checkpoint.removeRun("S0", run);
  expect(checkpoint.recover("S0")[0]?.runs).toEqual([]);
  checkpoint.forgetAgent();
  expect(checkpoint.latestAgent()).toBeUndefined();
});

test("a boot is noticed once", () => {
  expect(checkpoint.noteBoot("one")).toBe(false);
  expect(checkpoint.noteBoot("one")).toBe(false);
  expect(checkpoint.noteBoot("two")).toBe(true);
});

const old: AgentInfo = {
  hostname: "n1",
  port: 5051,
  resources: parseResources("cpus:4;ports:[31000-31010];mem(web):64"),
  attributes: parseAttributes("rack:r1"),
};
const changed = (resources: string, attributes = "rack:r1") => ({
  ...old,
  resources: parseResources(resources),
  attributes: parseAttributes(attributes),
});

test.each([
  ["the same", old, undefined, undefined],
  ["more", changed("cpus:8;ports:[31000-32000];mem(web):64;disk:1"), "resource cpus(*) changed from 4 to 8", undefined],
  ["less", changed("cpus:2;ports:[31000-31010];mem(web):64"), "from 4 to 2", "from 4 to 2"],
  ["another role", changed("cpus:4;ports:[31000-31010];mem:64"), "resource mem(web)", "resource mem(web)"],
  [
    "new attribute",
    changed("cpus:4;ports:[31000-31010];mem(web):64", "rack:r1;zone:a"),
    "attribute zone is new",
    undefined,
  ],
  [
    "other attribute",
    changed("cpus:4;ports:[31000-31010];mem(web):64", "rack:r2"),
    'rack changed from "r1" to "r2"',
    'rack changed from "r1" to "r2"',
  ],
  ["port", { ...old, port: 5052 }, "port changed", "port changed"],
])("%s under both policies", (_name, now, equal, additive) => {
  for (const [policy, expected] of [
    ["equal", equal],
    ["additive", additive],
  ] as const) {
    const reason = incompatibility(old, now, policy);
    expect(expected === undefined ? reason : reason?.includes(expected)).toBe(
      expected === undefined ? undefined : true,
    );
  }
});
