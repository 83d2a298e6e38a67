import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAgent, ports, scalar } from "../test/fake-agent";
import { TestMaster } from "../test/masters";
import { TestFramework, task } from "../test/test-framework";

/** Which members a real master's answers have, for one agent and one framework with a live and an ended task. */
const STATE = `version build_date build_time build_user start_time elected_time id pid hostname capabilities
  activated_slaves deactivated_slaves unreachable_slaves leader leader_info cluster flags slaves recovered_slaves
  frameworks completed_frameworks orphan_tasks unregistered_frameworks`;
const SLAVE = `id hostname port attributes pid registered_time resources used_resources offered_resources
  reserved_resources unreserved_resources active deactivated version capabilities`;
const FRAMEWORK = `id name used_resources offered_resources capabilities hostname webui_url active connected recovered user
  failover_timeout checkpoint registered_time unregistered_time resources roles tasks unreachable_tasks completed_tasks
  offers executors offer_constraints`;
const TASK = "id name framework_id executor_id slave_id state resources role statuses labels discovery";
const AGENT = `agent_info active deactivated version pid registered_time total_resources allocated_resources
  offered_resources capabilities`;
const FRAMEWORK_MESSAGE = `framework_info active connected recovered registered_time offers allocated_resources
  offered_resources reregistered_time offer_constraints`;

type Json = Record<string, unknown>;

let master: TestMaster;
let agent: FakeAgent;
let framework: TestFramework;

beforeAll(async () => {
  master = await TestMaster.start({
    MESOS_REGISTRY: "in_memory",
    MESOS_CLUSTER: "c",
    MESOS_ALLOCATION_INTERVAL: "200ms",
  });
  const detector = createMasterDetector(`127.0.0.1:${master.port}`);
  agent = new FakeAgent(detector, "n1", [scalar("cpus", 4), scalar("mem", 2048), ports(31000, 32000)]);
  agent.start();
  framework = new TestFramework(detector, { roles: ["web"], capabilities: [{ type: "MULTI_ROLE" }] });
  const offer = await framework.offer();
  const labels = { labels: [{ key: "tier", value: "front" }] };
  const discovery = { visibility: "CLUSTER" as const, name: "live" };
  const live = {
    ...task("live", offer, [scalar("cpus", 0.1), scalar("mem", 32), ports(31005, 31005)]),
    labels,
    discovery,
  };
  await framework.launch(offer, live, task("ended", offer, [scalar("cpus", 0.1)]));
  await framework.status("ended", "TASK_RUNNING");
  await agent.update("ended", "TASK_FINISHED");
  await framework.status("ended", "TASK_FINISHED");
  await waitFor("the end of a task", () => agent.tasks.size === 1);
  await framework.status("live", "TASK_RUNNING");
  await waitFor("all that is free to be offered", async () => {
    const { slaves } = await master.json<{ slaves: { offered_resources: Json }[] }>("/slaves");
    return slaves[0]?.offered_resources.cpus === 3.9;
  });
}, 30_000);

afterAll(async () => {
  framework.driver.stop();
  agent.stop();
  await master.end("SIGKILL");
});

function keys(value: unknown): string[] {
  return Object.keys(value as Json).sort();
}

function names(text: string): string[] {
  return text.split(/\s+/).sort();
}

test("/state has upstream's members, an address with a literal IP and no pid of a framework", async () => {
  const state = await master.json<Json & { slaves: Json[]; frameworks: (Json & { tasks: Json[] })[] }>("/master/state");
  expect(keys(state)).toEqual(names(STATE));
  expect(keys(state.slaves[0])).toEqual(names(SLAVE));
  expect(keys(state.frameworks[0])).toEqual(names(FRAMEWORK));
  expect(keys(state.frameworks[0]?.tasks[0])).toEqual(names(TASK));
  expect(state.leader).toBe(`master@127.0.0.1:${master.port}`);
  expect(state.frameworks[0]?.tasks[0]).toMatchObject({
    id: "live",
    executor_id: "",
    state: "TASK_RUNNING",
    resources: { cpus: 0.1, mem: 32, disk: 0, gpus: 0, ports: "[31005-31005]" },
    role: "web",
    statuses: [{ state: "TASK_STARTING" }, { state: "TASK_RUNNING" }],
    labels: [{ key: "tier", value: "front" }],
  });
  expect(state.frameworks[0]?.completed_tasks).toMatchObject([{ id: "ended", state: "TASK_FINISHED" }]);
});

test("the other endpoints show the same cluster", async () => {
  const { slaves } = await master.json<{ slaves: Json[] }>(`/slaves?slave_id=${agent.id}`);
  expect(slaves[0]?.used_resources_full).toEqual([
    {
      name: "ports",
      type: "RANGES",
      ranges: { range: [{ begin: 31005, end: 31005 }] },
      role: "*",
      allocation_info: { role: "web" },
    },
    { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, role: "*", allocation_info: { role: "web" } },
    { name: "mem", type: "SCALAR", scalar: { value: 32 }, role: "*", allocation_info: { role: "web" } },
  ]);
  expect((await master.json<{ slaves: Json[] }>("/slaves?slave_id=nope")).slaves).toEqual([]);
  const summary = await master.json<{ slaves: Json[]; frameworks: Json[] }>("/state-summary");
  expect(summary.slaves[0]).toMatchObject({
    TASK_RUNNING: 1,
    TASK_FINISHED: 1,
    framework_ids: [framework.driver.frameworkId],
  });
  expect(summary.frameworks[0]).toMatchObject({ TASK_RUNNING: 1, TASK_FINISHED: 1, slave_ids: [agent.id] });
  const { roles } = await master.json<{ roles: Json[] }>("/roles");
  expect(roles).toMatchObject([
    {
      name: "web",
      weight: 1,
      allocated: { cpus: 0.1, mem: 32, ports: 1 },
      offered: { cpus: 3.9 },
      resources: { ports: 1001 },
    },
  ]);
  const ids = async (query: string) =>
    (await master.json<{ tasks: Json[] }>(`/tasks${query}`)).tasks.map(({ id }) => id).sort();
  expect(await ids("")).toEqual(["ended", "live"]);
  expect(await ids("?task_id=live")).toEqual(["live"]);
  expect(await ids("?limit=1&offset=1")).toHaveLength(1);
  expect(await ids("?framework_id=nope")).toEqual([]);
});

test("the operator API shows it in v1 form", async () => {
  const call = async (type: string) => {
    const body = (await (await master.post("/api/v1", { type })).json()) as Json;
    return body[type.toLowerCase()] as Record<string, Json[]>;
  };
  expect(keys((await call("GET_AGENTS")).agents?.[0])).toEqual(names(AGENT));
  expect(keys((await call("GET_FRAMEWORKS")).frameworks?.[0])).toEqual(names(FRAMEWORK_MESSAGE));
  const { tasks, completed_tasks } = await call("GET_TASKS");
  expect(tasks?.[0]).toMatchObject({ task_id: { value: "live" }, status_update_state: "TASK_RUNNING" });
  expect(completed_tasks).toHaveLength(1);
  expect(keys(await call("GET_STATE"))).toEqual(["get_agents", "get_executors", "get_frameworks", "get_tasks"]);
});

test("metrics are those of the cluster", async () => {
  const [shown] = (await master.json<{ frameworks: { offers: Json[] }[] }>("/frameworks")).frameworks;
  const offers = shown?.offers;
  const metrics = await master.json("/metrics/snapshot");
  expect(metrics).toMatchObject({
    "master/elected": 1,
    "master/cpus_total": 4,
    "master/cpus_used": 0.1,
    "master/slaves_active": 1,
    "master/frameworks_active": 1,
    "master/tasks_running": 1,
    "master/tasks_finished": 1,
    "master/outstanding_offers": offers?.length,
    "registrar/log/recovered": 1,
  });
});
