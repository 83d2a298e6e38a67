import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { RecordDecoder } from "@drover/lib/mesos/recordio";
import type { ExecutorInfo, Operation, Resource } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAgent, ports, scalar } from "./test/fake-agent";
import { TestMaster } from "./test/masters";
import { TestFramework, task } from "./test/test-framework";

const CAPABILITIES = ["MULTI_ROLE", "PARTITION_AWARE", "RESERVATION_REFINEMENT"].map((type) => ({ type }));

let master: TestMaster;
let agent: FakeAgent;

beforeAll(async () => {
  master = await TestMaster.start({ MESOS_REGISTRY: "in_memory", MESOS_ALLOCATION_INTERVAL: "100ms" });
  agent = new FakeAgent(createMasterDetector(`127.0.0.1:${master.port}`), "node", [
    scalar("cpus", 4),
    scalar("mem", 1024),
    scalar("disk", 500),
    ports(31000, 31100),
  ]);
  agent.start();
  await waitFor("the agent", () => agent.isRegistered);
});

afterAll(async () => {
  agent?.stop();
  await master?.end("SIGTERM");
});

function subscribe(role: string): TestFramework {
  return new TestFramework(createMasterDetector(`127.0.0.1:${master.port}`), {
    roles: [role],
    capabilities: CAPABILITIES,
  });
}

async function operator<T = Record<string, unknown>>(type: string, body?: object): Promise<T> {
  const answer = await master.post("/api/v1", { type, ...(body ? { [type.toLowerCase()]: body } : {}) });
  expect([type, answer.status, answer.ok ? "" : await answer.text()]).toEqual([type, expect.any(Number), ""]);
  const text = await answer.text();
  return (text === "" ? {} : JSON.parse(text)[type.toLowerCase()]) as T;
}

test("a task group runs on its executor, which counts once and whose end is told", async () => {
  const framework = subscribe("pods");
  const offer = await framework.offer();
  const tasks = ["a", "b"].map((id) => task(id, offer, [scalar("cpus", 0.5), scalar("mem", 32)]));
  const executor: ExecutorInfo = {
    type: "DEFAULT",
    executor_id: { value: "pod" },
    resources: [scalar("cpus", 0.1), scalar("mem", 32)],
  };
  await framework.driver.accept(
    [offer.id],
    [{ type: "LAUNCH_GROUP", launch_group: { executor, task_group: { tasks } } }],
  );
  for (const id of ["a", "b"]) {
    expect((await framework.status(id, "TASK_RUNNING")).executor_id).toEqual({ value: "pod" });
  }
  const { executors } = await operator<{ executors: object[] }>("GET_EXECUTORS");
  expect(executors).toMatchObject([{ executor_info: { type: "DEFAULT", executor_id: { value: "pod" } } }]);
  const { slaves } = await master.json<{ slaves: { used_resources: object }[] }>("/slaves");
  expect(slaves[0]?.used_resources).toMatchObject({ cpus: 1.1, mem: 96 });
  await framework.driver.shutdownExecutor(offer.agent_id.value, "pod");
  const { failure } = await framework.event("FAILURE");
  expect(failure).toEqual({ agent_id: offer.agent_id, executor_id: { value: "pod" }, status: 0 });
  await framework.driver.teardown();
});

test("disk is reserved and made a volume, both outlive the task, and are given back", async () => {
  const framework = subscribe("vol");
  const offer = await framework.offer();
  const reserved: Resource = { ...scalar("disk", 64), reservations: [{ type: "DYNAMIC", role: "vol" }] };
  const volume: Resource = {
    ...reserved,
    disk: { persistence: { id: "v1" }, volume: { container_path: "data", mode: "RW" } },
  };
  const writer = task("writer", offer, [scalar("cpus", 0.5), volume]);
  const operations: Operation[] = [
    { type: "RESERVE", id: { value: "op-reserve" }, reserve: { resources: [reserved] } },
    { type: "CREATE", id: { value: "op-create" }, create: { volumes: [volume] } },
    { type: "LAUNCH", launch: { task_infos: [writer] } },
    { type: "DESTROY", id: { value: "op-in-use" }, destroy: { volumes: [volume] } },
  ];
  await framework.driver.accept([offer.id], operations, { refuse_seconds: 0 });
  await framework.status("writer", "TASK_RUNNING");
  expect(agent.checkpointed).toMatchObject([
    { name: "disk", scalar: { value: 64 }, disk: { persistence: { id: "v1" } } },
  ]);
  const statuses = () =>
    framework.events.flatMap((event) =>
      event.type === "UPDATE_OPERATION_STATUS" ? [event.update_operation_status.status] : [],
    );
  await waitFor("the outcomes", () => statuses().length >= 3);
  expect(statuses()).toMatchObject([
    { operation_id: { value: "op-reserve" }, state: "OPERATION_FINISHED", agent_id: offer.agent_id },
    { operation_id: { value: "op-create" }, state: "OPERATION_FINISHED" },
    { operation_id: { value: "op-in-use" }, state: "OPERATION_ERROR", message: expect.stringContaining("in use") },
  ]);
  const uuid = statuses()[0]?.uuid?.value ?? "";
  expect((await operator<{ operations: object[] }>("GET_OPERATIONS")).operations).toHaveLength(2);
  const acknowledgement = { agent_id: offer.agent_id, uuid, operation_id: { value: "op-reserve" } };
  await framework.driver.call({
    type: "ACKNOWLEDGE_OPERATION_STATUS",
    acknowledge_operation_status: acknowledgement,
  });
  expect((await operator<{ operations: object[] }>("GET_OPERATIONS")).operations).toHaveLength(1);
  const { slaves } = await master.json<{ slaves: Record<string, object>[] }>("/slaves");
  expect(slaves[0]?.reserved_resources).toMatchObject({ vol: { disk: 64 } });
  expect(slaves[0]?.unreserved_resources).toMatchObject({ disk: 436 });
  await framework.driver.teardown();
  expect((await operator<{ operations: object[] }>("GET_OPERATIONS")).operations).toEqual([]);
  const change = { agent_id: offer.agent_id };
  await operator("DESTROY_VOLUMES", { ...change, volumes: [volume] });
  await operator("UNRESERVE_RESOURCES", { ...change, resources: [reserved] });
  await waitFor("the agent to know", () => agent.checkpointed.length === 0);
  agent.stop();
  await waitFor("the loss of the agent", async () => (await master.metric("master/slaves_disconnected")) === 1);
  const call = { type: "RESERVE_RESOURCES", reserve_resources: { ...change, resources: [reserved] } };
  expect((await master.post("/api/v1", call)).status).toBe(409);
  agent.start();
  await waitFor("the agent's return", () => agent.isRegistered);
});

test("a limit caps what a role is offered, a weight and a quota are shown and survive being read back", async () => {
  await operator("UPDATE_QUOTA", { quota_configs: [{ role: "capped", limits: { cpus: { value: 1 } } }] });
  await operator("UPDATE_WEIGHTS", { weight_infos: [{ role: "capped", weight: 2 }] });
  const framework = subscribe("capped");
  const offer = await framework.offer();
  expect(offer.resources.find(({ name }) => name === "cpus")?.scalar?.value).toBe(1);
  const { roles } = await master.json<{ roles: { name: string }[] }>("/roles");
  expect(roles.find(({ name }) => name === "capped")).toMatchObject({ weight: 2, quota: { limit: { cpus: 1 } } });
  const tooMuch = { quota_configs: [{ role: "big", guarantees: { cpus: { value: 99 } } }] };
  expect((await master.post("/api/v1", { type: "UPDATE_QUOTA", update_quota: tooMuch })).status).toBe(400);
  await framework.driver.teardown();
});

test("a guarantee is held back from others until its role takes it", async () => {
  await operator("UPDATE_QUOTA", { quota_configs: [{ role: "promised", guarantees: { cpus: { value: 3 } } }] });
  const other = subscribe("greedy");
  const runs = () => master.metric("allocator/mesos/allocation_runs");
  const first = (await runs()) ?? 0;
  await waitFor("allocations", async () => ((await runs()) ?? 0) > first + 3);
  expect(other.events.some(({ type }) => type === "OFFERS")).toBe(false);
  const promised = subscribe("promised");
  const offer = await promised.offer();
  expect(offer.resources.find(({ name }) => name === "cpus")?.scalar?.value).toBe(3);
  await operator("UPDATE_QUOTA", { quota_configs: [{ role: "promised" }] });
  await promised.driver.teardown();
  await other.offer();
  await other.driver.teardown();
});

test("a watcher hears of frameworks and tasks in their order, in protobuf when it asks for it", async () => {
  const answer = await fetch(`${master.url}/api/v1`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/x-protobuf" },
    body: JSON.stringify({ type: "SUBSCRIBE" }),
  });
  expect(answer.headers.get("content-type")).toBe("application/x-protobuf");
  await answer.body?.cancel();
  const json = await fetch(`${master.url}/api/v1`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type: "SUBSCRIBE" }),
  });
  const heard: string[] = [];
  const reading = (async () => {
    const decoder = new RecordDecoder();
    for await (const chunk of json.body ?? []) {
      heard.push(...decoder.push(Buffer.from(chunk)).map((record) => JSON.parse(record).type));
    }
  })().catch(() => {});
  const framework = subscribe("watched");
  const offer = await framework.offer();
  await framework.launch(offer, task("seen", offer, [scalar("cpus", 1)]));
  await framework.status("seen", "TASK_RUNNING");
  await framework.driver.teardown();
  await waitFor("the end", () => heard.includes("FRAMEWORK_REMOVED"));
  expect(heard).toEqual([
    "SUBSCRIBED",
    "HEARTBEAT",
    "FRAMEWORK_ADDED",
    "TASK_ADDED",
    "TASK_UPDATED",
    "TASK_UPDATED",
    "TASK_UPDATED",
    "FRAMEWORK_REMOVED",
  ]);
  await json.body?.cancel().catch(() => {});
  await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 100))]);
});

test("a machine under maintenance: its frameworks are asked to leave, it goes down, and comes back", async () => {
  const framework = subscribe("leaving");
  const offer = await framework.offer();
  await framework.launch(offer, task("victim", offer, [scalar("cpus", 1)]));
  await framework.status("victim", "TASK_RUNNING");
  const machine = { hostname: "node", ip: "127.0.0.1" };
  const unavailability = { start: { nanoseconds: Date.now() * 1e6 }, duration: { nanoseconds: 60e9 } };
  await operator("UPDATE_MAINTENANCE_SCHEDULE", {
    schedule: { windows: [{ machine_ids: [machine], unavailability }] },
  });
  const { inverse_offers } = await framework.event("INVERSE_OFFERS");
  expect(inverse_offers.inverse_offers).toMatchObject([{ agent_id: offer.agent_id, unavailability }]);
  const ids = inverse_offers.inverse_offers.map(({ id }) => id);
  await framework.driver.call({ type: "ACCEPT_INVERSE_OFFERS", accept_inverse_offers: { inverse_offer_ids: ids } });
  expect(await master.json("/maintenance/status")).toMatchObject({
    draining_machines: [{ id: machine, statuses: [{ status: "ACCEPT" }] }],
  });
  const refused = { type: "DRAIN_AGENT", drain_agent: { agent_id: offer.agent_id } };
  expect(await (await master.post("/api/v1", refused)).text()).toContain("is part of a maintenance schedule");
  await operator("START_MAINTENANCE", { machines: [machine] });
  await framework.status("victim", "TASK_LOST");
  expect(await master.json("/maintenance/status")).toEqual({ down_machines: [machine] });
  const cleared = await master.post("/maintenance/schedule", {});
  expect([cleared.status, await cleared.text()]).toEqual([400, expect.stringContaining("cannot be removed")]);
  await operator("STOP_MAINTENANCE", { machines: [machine] });
  expect(await master.json("/maintenance/schedule")).toEqual({});
  await framework.driver.teardown();
});
