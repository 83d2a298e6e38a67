import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAgent, ports, scalar } from "./test/fake-agent";
import { leaderOf, TestMaster } from "./test/masters";
import { TestFramework, task } from "./test/test-framework";

const SESSION_MS = 2000;

let zookeeper: TestZookeeper;
let environment: Record<string, string>;
let masters: TestMaster[] = [];
const detectors: MasterDetector[] = [];

beforeAll(async () => {
  zookeeper = await startZookeeper("mesos-master");
  environment = {
    MESOS_ZK: `zk://${zookeeper.server}/mesos`,
    MESOS_ZK_SESSION_TIMEOUT: `${SESSION_MS}ms`,
    MESOS_QUORUM: "2",
    MESOS_CLUSTER: "test",
  };
  for (const _ of [1, 2, 3]) {
    masters.push(await TestMaster.start(environment));
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(detectors.map((detector) => detector.close()));
  await Promise.all(masters.map((master) => master.end("SIGKILL")));
  await zookeeper.remove();
});

function detector(): MasterDetector {
  const made = createMasterDetector(`zk://${zookeeper.server}/mesos`, SESSION_MS);
  detectors.push(made);
  return made;
}

test("masters announce themselves as upstream's do, and standbys redirect to the leader's canonical path", async () => {
  const leader = await leaderOf(masters);
  const client = await zookeeper.client();
  const nodes = (await client.children("/mesos")).filter((name) => name.startsWith("json.info_")).sort();
  expect(nodes).toHaveLength(3);
  expect(nodes[0]).toMatch(/^json\.info_\d{10}$/);
  const info = JSON.parse((await client.get(`/mesos/${nodes[0]}`)).data.toString());
  expect(info).toMatchObject({
    ip: 16777343,
    port: leader.port,
    pid: `master@127.0.0.1:${leader.port}`,
    hostname: "127.0.0.1",
    address: { hostname: "127.0.0.1", ip: "127.0.0.1", port: leader.port },
  });
  const standby = masters.find((master) => master !== leader);
  const at = `//127.0.0.1:${leader.port}`;
  const location = async (path: string) => (await standby?.get(path))?.headers.get("location");
  expect(await location("/state?a=b")).toBe(`${at}/master/state?a=b`);
  expect(await location("/api/v1")).toBe(`${at}/master/api/v1`);
  expect(await location("/redirect")).toBe(at);
  expect(await standby?.metric("master/elected")).toBe(0);
  expect((await standby?.get("/health"))?.status).toBe(200);
  await client.close();
});

test("a task outlives the leader's end: agent and framework keep their ids, and its end is told by the next leader", async () => {
  const first = await leaderOf(masters);
  const agent = new FakeAgent(detector(), "node1", [scalar("cpus", 4), scalar("mem", 2048), ports(31000, 32000)]);
  agent.start();
  const framework = new TestFramework(detector());
  const offer = await framework.offer();
  await framework.launch(offer, task("keeper", offer, [scalar("cpus", 1), scalar("mem", 64), ports(31000, 31001)]));
  await framework.status("keeper", "TASK_RUNNING");
  const ids = { agent: agent.id, framework: framework.driver.frameworkId };

  const position = framework.events.length;
  await first.end("SIGKILL");
  const second = await leaderOf(masters.filter((master) => master !== first));
  await framework.event("SUBSCRIBED", () => true, position);
  await waitFor("the agent's return", async () => (await second.metric("master/slaves_active")) === 1);
  expect({ agent: agent.id, framework: framework.driver.frameworkId }).toEqual(ids);
  const state = await second.json<{
    slaves: { id: string; used_resources: unknown }[];
    frameworks: { id: string; recovered: boolean; tasks: { id: string; state: string }[] }[];
    recovered_slaves: unknown[];
  }>("/master/state");
  expect(state.slaves).toMatchObject([{ id: ids.agent, used_resources: { cpus: 1, mem: 64, ports: "[31000-31001]" } }]);
  expect(state.frameworks).toMatchObject([
    { id: ids.framework, recovered: false, tasks: [{ id: "keeper", state: "TASK_RUNNING" }] },
  ]);
  expect(state.recovered_slaves).toEqual([]);

  await agent.update("keeper", "TASK_FINISHED");
  await framework.status("keeper", "TASK_FINISHED", position);
  await waitFor("the task to be history", async () => {
    const { frameworks } = await second.json<{ frameworks: { tasks: unknown[]; completed_tasks: unknown[] }[] }>(
      "/state",
    );
    return frameworks[0]?.tasks.length === 0 && frameworks[0].completed_tasks.length === 1;
  });
  await framework.driver.teardown();
  agent.stop();
  masters = masters.filter((master) => master !== first);
}, 60_000);

test("a leader that is stopped in order is followed at once", async () => {
  masters.push(await TestMaster.start(environment));
  const leader = await leaderOf(masters);
  const rest = masters.filter((master) => master !== leader);
  const startMs = Date.now();
  await leader.end("SIGTERM");
  expect(leader.exitCode).toBe(0);
  await leaderOf(rest, SESSION_MS);
  expect(Date.now() - startMs).toBeLessThan(SESSION_MS);
  masters = rest;
}, 30_000);

test("agents of the registry are awaited, and removed frameworks stay removed, under the next leader", async () => {
  const first = await leaderOf(masters);
  const agent = new FakeAgent(detector(), "node2", [scalar("cpus", 4), scalar("mem", 2048)]);
  agent.start();
  const framework = new TestFramework(detector());
  const offer = await framework.offer((each) => each.hostname === "node2");
  await framework.launch(offer, task("orphan", offer, [scalar("cpus", 1)]));
  await framework.status("orphan", "TASK_RUNNING");
  agent.stop();
  await waitFor("the loss of the agent", async () => (await first.metric("master/slaves_active")) === 0);
  await framework.driver.teardown();
  masters.push(await TestMaster.start(environment));
  await first.end("SIGTERM");
  masters = masters.filter((master) => master !== first);
  const second = await leaderOf(masters);
  const { recovered_slaves } = await second.json<{ recovered_slaves: { id: string; hostname: string }[] }>("/slaves");
  expect(recovered_slaves).toContainEqual({ id: agent.id, hostname: "node2", port: 5051, attributes: {} });

  agent.start();
  await waitFor("the order to give the framework up", () => agent.tasks.size === 0);
  const late = new TestFramework(detector(), { id: { value: framework.driver.frameworkId ?? "" } });
  await waitFor("the refusal", () => late.fatal === "Framework has been removed");
  agent.stop();
}, 60_000);

test("what the operator decided about agents holds under the next leader", async () => {
  masters.push(await TestMaster.start(environment));
  const first = await leaderOf(masters);
  const resources = [scalar("cpus", 1), scalar("mem", 64)];
  const [resting, gone] = ["node3", "node4"].map((name) => new FakeAgent(detector(), name, resources));
  resting?.start();
  gone?.start();
  await waitFor("the agents", () => resting?.isRegistered && gone?.isRegistered);
  const framework = new TestFramework(detector());
  const offer = await framework.offer((each) => each.hostname === "node4");
  await framework.launch(offer, task("drained", offer, resources));
  await framework.status("drained", "TASK_RUNNING");
  framework.acknowledges = false; // so that the drain is still under way when the agent is marked gone
  const call = (type: string, id: string | undefined) =>
    first.post("/api/v1", { type, [type.toLowerCase()]: { agent_id: { value: id } } });
  expect((await call("DRAIN_AGENT", gone?.id)).status).toBe(200);
  expect((await call("MARK_AGENT_GONE", gone?.id)).status).toBe(200);
  expect((await call("DEACTIVATE_AGENT", resting?.id)).status).toBe(200);
  await framework.driver.teardown();
  await first.end("SIGTERM");
  masters = masters.filter((master) => master !== first);
  const second = await leaderOf(masters);
  const inactive = async () => (await second.metric("master/slaves_inactive")) === 1;
  await waitFor("the deactivated agent's return", inactive);
  const { slaves } = await second.json<{ slaves: unknown[] }>(`/slaves?slave_id=${resting?.id}`);
  expect(slaves).toMatchObject([{ active: false, deactivated: true }]);
  const orders = gone?.received.length ?? 0;
  gone?.start();
  await waitFor("the order to shut down", () => gone?.received.slice(orders).some(({ type }) => type === "SHUTDOWN"));
  resting?.stop();
}, 60_000);

test("a leader that loses ZooKeeper ends with an error, a standby survives and leads when it is back", async () => {
  while (masters.length < 2) {
    masters.push(await TestMaster.start(environment));
  }
  const leader = await leaderOf(masters);
  const standby = masters.find((master) => master !== leader);
  await zookeeper.stop();
  await waitFor("the leader's end", () => leader.hasEnded, 3 * SESSION_MS);
  expect(leader.exitCode).toBe(1);
  await waitFor(
    "a master without a leader",
    async () => (await standby?.get("/state"))?.status === 503,
    3 * SESSION_MS,
  );
  expect(await (await standby?.get("/state"))?.text()).toBe("No leader elected");
  await zookeeper.start();
  expect(await leaderOf(masters.filter((master) => master !== leader))).toBe(standby);
}, 60_000);
