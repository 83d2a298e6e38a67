import type { OperationStatus } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ports, scalar } from "./test/fake-agent";
import type { TestMaster } from "./test/masters";
import { TestCluster } from "./test/test-cluster";
import { task } from "./test/test-framework";

/** Events as a real master sends them, order and texts included. */

const MULTI = ["MULTI_ROLE", "PARTITION_AWARE", "TASK_KILLING_STATE", "RESERVATION_REFINEMENT"];
const PARTITION_AWARE = { capabilities: [{ type: "PARTITION_AWARE" }] };
/** Long enough to answer, short enough to wait for. */
const PINGS = { MESOS_AGENT_PING_TIMEOUT: "300ms", MESOS_MAX_AGENT_PING_TIMEOUTS: "3" };

let cluster: TestCluster;
let master: TestMaster;

beforeAll(async () => {
  cluster = await TestCluster.start(PINGS);
  ({ master } = cluster);
}, 30_000);

afterAll(() => cluster.stop());

test("offers have the form their framework understands", async () => {
  const { framework, offer, agent, done } = await cluster.pair("form");
  expect(framework.events.slice(0, 2).map(({ type }) => type)).toEqual(["SUBSCRIBED", "HEARTBEAT"]);
  expect(offer).toEqual({
    id: { value: expect.stringMatching(/-O\d+$/) },
    framework_id: { value: framework.driver.frameworkId },
    agent_id: { value: agent.id },
    hostname: "form",
    url: { scheme: "http", address: { hostname: "form", ip: "127.0.0.1", port: 5051 }, path: "/slave(1)" },
    resources: [
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31000, end: 32000 }] }, role: "*" },
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, role: "*" },
      { name: "mem", type: "SCALAR", scalar: { value: 2048 }, role: "*" },
      { name: "disk", type: "SCALAR", scalar: { value: 4096 }, role: "*" },
    ],
  });
  await framework.driver.decline([offer.id], { refuse_seconds: 60 });
  const multi = cluster.newFramework({ roles: ["rec"], capabilities: MULTI.map((type) => ({ type })) });
  const second = await multi.offer();
  expect(second.allocation_info).toEqual({ role: "rec" });
  expect(second.resources[1]).toEqual({
    name: "cpus",
    type: "SCALAR",
    scalar: { value: 4 },
    allocation_info: { role: "rec" },
  });
  await multi.driver.teardown();
  await done();
});

test("a task runs, its updates wait for their acknowledgement, and what it does not use is offered again", async () => {
  const { framework, offer, agent, done } = await cluster.pair("run", PARTITION_AWARE);
  framework.acknowledges = false;
  const position = framework.events.length;
  const resources = [scalar("cpus", 0.5), scalar("mem", 64), ports(31005, 31006)];
  const limits = { mem: { value: "Infinity" } };
  await framework.launch(offer, { ...task("t1", offer, resources), limits });
  const starting = await framework.status("t1", "TASK_STARTING");
  const rest = await framework.offer(() => true, position);
  expect(rest.resources).toMatchObject([
    {
      ranges: {
        range: [
          { begin: 31000, end: 31004 },
          { begin: 31007, end: 32000 },
        ],
      },
    },
    { scalar: { value: 3.5 } },
    { scalar: { value: 1984 } },
    { scalar: { value: 4096 } },
  ]);
  const updates = () =>
    framework.events.flatMap((event) => (event.type === "UPDATE" ? [event.update.status.state] : []));
  expect(updates()).toEqual(["TASK_STARTING"]);
  const run = agent.received.find((message) => message.type === "RUN_TASK");
  expect(run?.run_task.task.limits).toEqual(limits);
  framework.acknowledges = true;
  await framework.driver.acknowledge(starting);
  await framework.status("t1", "TASK_RUNNING");
  await agent.update("t1", "TASK_FINISHED");
  await framework.status("t1", "TASK_FINISHED");
  await waitFor("the agent to forget it", () => agent.tasks.size === 0);
  expect(updates()).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]);
  await done();
});

test("invalid launches are answered one by one with TASK_ERROR, invalid offers with TASK_DROPPED", async () => {
  const { framework, offer, agent, done } = await cluster.pair("invalid", PARTITION_AWARE);
  const cpus = [scalar("cpus", 1)];
  const nothingToRun = { ...task("empty", offer, cpus), command: undefined };
  await framework.launch(
    offer,
    task("good", offer, cpus),
    task("good", offer, cpus),
    task("a/b", offer, cpus),
    task("big", offer, [scalar("cpus", 1000), scalar("mem", 32)]),
    nothingToRun,
  );
  const errors = () =>
    framework.events.flatMap((event) =>
      event.type === "UPDATE" && event.update.status.state === "TASK_ERROR" ? [event.update.status] : [],
    );
  await waitFor("four errors", () => errors().length === 4);
  expect(errors().map(({ message }) => message)).toEqual([
    "Task has duplicate ID: good",
    "'a/b' contains invalid characters",
    expect.stringMatching(
      /^Total resources cpus\(allocated: \*\):1000; mem\(allocated: \*\):32 required by task and its executor is more than available ports/,
    ),
    "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present",
  ]);
  expect(errors()[0]).toEqual({
    task_id: { value: "good" },
    state: "TASK_ERROR",
    message: "Task has duplicate ID: good",
    source: "SOURCE_MASTER",
    reason: "REASON_TASK_INVALID",
    agent_id: { value: agent.id },
    timestamp: expect.any(Number),
  });
  await framework.launch(offer, task("late", offer, cpus));
  expect(await framework.status("late", "TASK_DROPPED")).toMatchObject({
    reason: "REASON_INVALID_OFFERS",
    message: `Task launched with invalid offers: Offer ${offer.id.value} is no longer valid`,
  });
  await done();
});

test("task groups, own executors and operations that this master does not have are refused", async () => {
  const { framework, offer, done } = await cluster.pair("refused", PARTITION_AWARE);
  const executor = { executor_id: { value: "e" } };
  const group = { executor, task_group: { tasks: [task("pod", offer, [scalar("cpus", 1)])] } };
  const own = { ...task("own", offer, [scalar("cpus", 1)]), command: undefined, executor };
  const reserve = { type: "RESERVE", id: { value: "op" }, reserve: { resources: [] } };
  const source = scalar("disk", 1);
  const disk = { type: "CREATE_DISK", id: { value: "disk" }, create_disk: { source, target_type: "MOUNT" } };
  await framework.driver.call({
    type: "ACCEPT",
    accept: {
      offer_ids: [offer.id],
      operations: [
        { type: "LAUNCH_GROUP", launch_group: group },
        { type: "LAUNCH", launch: { task_infos: [own] } },
        reserve as never,
        disk as never,
      ],
    },
  });
  expect((await framework.status("pod", "TASK_ERROR")).reason).toBe("REASON_TASK_GROUP_INVALID");
  expect((await framework.status("own", "TASK_ERROR")).reason).toBe("REASON_TASK_INVALID");
  const late = { ...reserve, id: { value: "late" } };
  await framework.driver.accept([offer.id], [late as never]);
  const refused = async (id: string) => {
    const isWanted = ({
      update_operation_status: { status },
    }: {
      update_operation_status: { status: OperationStatus };
    }) => status.operation_id?.value === id;
    return (await framework.event("UPDATE_OPERATION_STATUS", isWanted)).update_operation_status.status;
  };
  for (const [id, words] of [
    ["op", "No resources to be reserved; on agent"],
    ["disk", "CREATE_DISK is for disks of resource providers"],
    ["late", "Operation attempted with invalid offers: Offer"],
  ] as const) {
    expect(await refused(id)).toMatchObject({ state: "OPERATION_ERROR", message: expect.stringContaining(words) });
  }
  await done();
});

test("reconciliation answers for known, unknown and foreign tasks", async () => {
  const { framework, offer, agent, done } = await cluster.pair("reconcile", PARTITION_AWARE);
  await framework.launch(offer, task("runs", offer, [scalar("cpus", 1)]));
  await framework.status("runs", "TASK_RUNNING");
  const position = framework.events.length;
  await framework.driver.reconcile([
    { taskId: "runs" },
    { taskId: "unknown" },
    { taskId: "unknown-here", agentId: agent.id },
    { taskId: "unknown-there", agentId: "nowhere-S9" },
  ]);
  const answers = () =>
    framework.events
      .slice(position)
      .flatMap((event) => (event.type === "UPDATE" ? [[event.update.status.state, event.update.status.message]] : []));
  await waitFor("the answers", () => answers().length >= 4);
  expect(answers()).toEqual([
    ["TASK_RUNNING", "Reconciliation: Latest task state"],
    ["TASK_UNKNOWN", "Reconciliation: Task is unknown"],
    ["TASK_GONE", "Reconciliation: Task is unknown to the agent"],
    ["TASK_UNKNOWN", "Reconciliation: Task is unknown"],
  ]);
  const old = cluster.newFramework();
  await old.event("SUBSCRIBED");
  await old.driver.kill("never-seen");
  expect(await old.status("never-seen", "TASK_LOST")).toMatchObject({ reason: "REASON_RECONCILIATION" });
  await old.driver.teardown();
  await done();
});

test("a kill while the agent is away is delivered on its return", async () => {
  const { framework, offer, agent, done } = await cluster.pair("away");
  await framework.launch(offer, task("victim", offer, [scalar("cpus", 1)]));
  await framework.status("victim", "TASK_RUNNING");
  const position = framework.events.length;
  const [unused] = framework.events.flatMap((event) => (event.type === "OFFERS" ? event.offers.offers : [])).slice(-1);
  agent.stop();
  if (unused && unused.id.value !== offer.id.value) {
    await framework.event("RESCIND", ({ rescind }) => rescind.offer_id.value === unused.id.value);
  }
  await waitFor("the loss of the connection", async () => (await master.metric("master/slaves_disconnected")) === 1);
  await framework.driver.kill("victim");
  agent.start();
  await framework.status("victim", "TASK_KILLED", position);
  await done();
});

test("an agent that does not answer is unreachable: its tasks are, and come back with it", async () => {
  const { framework, offer, agent, done } = await cluster.pair("silent", PARTITION_AWARE);
  await framework.launch(offer, task("parked", offer, [scalar("cpus", 1)]));
  await framework.status("parked", "TASK_RUNNING");
  const position = framework.events.length;
  const { id } = agent;
  agent.stop();
  expect(await framework.status("parked", "TASK_UNREACHABLE", position)).toMatchObject({
    source: "SOURCE_MASTER",
    reason: "REASON_AGENT_REMOVED",
    message: "health check timed out",
    agent_id: { value: id },
    unreachable_time: { nanoseconds: expect.any(Number) },
  });
  await framework.event("FAILURE", ({ failure }) => failure.agent_id?.value === id, position);
  expect(await master.metric("master/slaves_unreachable")).toBe(1);
  await framework.driver.reconcile([{ taskId: "parked" }, { taskId: "parked", agentId: id }]);
  await framework.status("parked", "TASK_UNKNOWN", position);
  agent.start();
  const back = await framework.status("parked", "TASK_RUNNING", position);
  expect([back.reason, back.message]).toEqual(["REASON_AGENT_REREGISTERED", "Unreachable agent re-reregistered"]);
  expect(agent.id).toBe(id);
  await done();
});

test("a framework without checkpoint loses its tasks with the agent's connection", async () => {
  const { framework, offer, agent, done } = await cluster.pair("plain", { checkpoint: false });
  await framework.launch(offer, task("fragile", offer, [scalar("cpus", 1)]));
  await framework.status("fragile", "TASK_RUNNING");
  agent.stop();
  expect(await framework.status("fragile", "TASK_LOST")).toMatchObject({
    reason: "REASON_AGENT_DISCONNECTED",
    message: "Agent plain disconnected",
  });
  agent.start();
  await waitFor("the kill of what runs on", () => agent.received.some(({ type }) => type === "KILL_TASK"));
  await waitFor("its end", () => agent.tasks.size === 0);
  await done();
});

test("a drained agent gets no offers until it is reactivated, and is drained when its last task's end is acknowledged", async () => {
  const { framework, offer, agent, done } = await cluster.pair("drain", PARTITION_AWARE);
  await framework.launch(offer, task("evicted", offer, [scalar("cpus", 1)]));
  await framework.status("evicted", "TASK_RUNNING");
  framework.acknowledges = false;
  const agentCall = { agent_id: { value: agent.id } };
  const drain = { ...agentCall, max_grace_period: { seconds: 2 } };
  expect((await master.post("/api/v1", { type: "DRAIN_AGENT", drain_agent: drain })).status).toBe(200);
  const killed = await framework.status("evicted", "TASK_KILLED");
  expect(killed.reason).toBe("REASON_AGENT_DRAINING");
  const order = agent.received.find((message) => message.type === "DRAIN");
  expect(order).toMatchObject({ drain: { config: { max_grace_period: { nanoseconds: 2e9 }, mark_gone: false } } });
  const shown = async () => (await master.json<{ slaves: Record<string, unknown>[] }>("/slaves")).slaves[0];
  expect(await shown()).toMatchObject({
    active: false,
    deactivated: true,
    drain_info: { state: "DRAINING", config: { max_grace_period: { nanoseconds: 2e9 }, mark_gone: false } },
  });
  framework.acknowledges = true;
  await framework.driver.acknowledge(killed);
  await waitFor("the end of the drain", async () => {
    const drainInfo = (await shown())?.drain_info as { state: string } | undefined;
    return drainInfo?.state === "DRAINED";
  });
  const position = framework.events.length;
  await framework.driver.revive();
  await master.post("/api/v1", { type: "REACTIVATE_AGENT", reactivate_agent: agentCall });
  await framework.offer(({ hostname }) => hostname === "drain", position);
  await done();
});

test("an agent marked gone is shut down, its tasks are told so, and it cannot come back", async () => {
  const { framework, offer, agent } = await cluster.pair("gone", PARTITION_AWARE);
  await framework.launch(offer, task("lost", offer, [scalar("cpus", 1)]));
  await framework.status("lost", "TASK_RUNNING");
  const call = { type: "MARK_AGENT_GONE", mark_agent_gone: { agent_id: { value: agent.id } } };
  expect((await master.post("/api/v1", call)).status).toBe(200);
  expect(await framework.status("lost", "TASK_GONE_BY_OPERATOR")).toMatchObject({
    reason: "REASON_AGENT_REMOVED_BY_OPERATOR",
    message: "Agent has been marked gone",
  });
  expect((await master.post("/api/v1", call)).status).toBe(200);
  const isShutDown = () => agent.received.filter(({ type }) => type === "SHUTDOWN").length;
  await waitFor("the order to shut down", () => isShutDown() === 1);
  agent.start();
  await waitFor("the same order after its return", () => isShutDown() === 2);
  await framework.driver.teardown();
});

test("an agent that unregisters takes its tasks with it", async () => {
  const { framework, offer, agent, done } = await cluster.pair("leaving", PARTITION_AWARE);
  await framework.launch(offer, task("left", offer, [scalar("cpus", 1)]));
  await framework.status("left", "TASK_RUNNING");
  await agent.say({ type: "UNREGISTER" });
  expect(await framework.status("left", "TASK_LOST")).toMatchObject({
    reason: "REASON_AGENT_REMOVED",
    message: "Agent leaving removed: the agent unregistered",
  });
  await done();
});
