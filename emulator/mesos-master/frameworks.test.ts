import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scalar } from "./test/fake-agent";
import type { TestMaster } from "./test/masters";
import { TestCluster } from "./test/test-cluster";
import { task } from "./test/test-framework";

/** Who is offered what, and how frameworks come and go. */

let cluster: TestCluster;
let master: TestMaster;

beforeAll(async () => {
  cluster = await TestCluster.start();
  ({ master } = cluster);
}, 30_000);

afterAll(() => cluster.stop());

test("two frameworks share: the one that holds less is served first", async () => {
  const { framework: rich, offer, agent, done } = await cluster.pair("share-1");
  await rich.launch(offer, task("much", offer, [scalar("cpus", 4), scalar("mem", 2048)]));
  await rich.status("much", "TASK_RUNNING");
  const poor = cluster.newFramework();
  await poor.event("SUBSCRIBED");
  const other = await cluster.newAgent("share-2");
  expect((await poor.offer(({ hostname }) => hostname === "share-2")).agent_id.value).toBe(other.id);
  expect(
    rich.events.some(
      (event) => event.type === "OFFERS" && event.offers.offers.some((each) => each.hostname === "share-2"),
    ),
  ).toBe(false);
  await poor.driver.teardown();
  other.stop();
  expect(agent.tasks.size).toBe(1);
  await done();
});

test("a framework that suppresses gets no offers, and REVIVE brings even those back that it has declined", async () => {
  const { framework, offer, done } = await cluster.pair("suppressed");
  const runs = () => master.metric("allocator/mesos/allocation_runs");
  const position = framework.events.length;
  await framework.driver.suppress();
  await framework.driver.decline([offer.id], { refuse_seconds: 0 });
  const first = (await runs()) ?? 0;
  await waitFor("allocations", async () => ((await runs()) ?? 0) > first + 2);
  expect(framework.events.slice(position).some(({ type }) => type === "OFFERS")).toBe(false);
  await framework.driver.revive();
  const second = await framework.offer(() => true, position);
  const next = framework.events.length;
  await framework.driver.decline([second.id], { refuse_seconds: 600 });
  await framework.driver.revive();
  await framework.offer(() => true, next);
  await done();
});

test("a framework that is not back within its failover timeout is removed for good, with its tasks", async () => {
  const { agent, framework, offer } = await cluster.pair("failover", { failover_timeout: 0.3 });
  await framework.launch(offer, task("orphan", offer, [scalar("cpus", 1)]));
  await framework.status("orphan", "TASK_RUNNING");
  framework.driver.stop();
  await waitFor("the end of its task", () => agent.tasks.size === 0);
  const id = framework.driver.frameworkId ?? "";
  const { completed_frameworks } = await master.json<{ completed_frameworks: object[] }>(
    `/frameworks?framework_id=${id}`,
  );
  expect(completed_frameworks).toMatchObject([{ id, completed_tasks: [{ id: "orphan", state: "TASK_KILLED" }] }]);
  const late = cluster.newFramework({ id: { value: id } });
  await waitFor("the refusal", () => late.fatal === "Framework has been removed");
  await agent.say({ type: "UNREGISTER" });
  agent.stop();
});

test("a second subscription takes over, the first one is told and ends", async () => {
  const { framework, offer, done, agent } = await cluster.pair("takeover");
  const id = { value: framework.driver.frameworkId ?? "" };
  const second = cluster.newFramework({ id });
  await second.event("SUBSCRIBED");
  await waitFor("the end of the first", () => framework.fatal === "Framework failed over");
  const position = second.events.length;
  await second.launch(offer, task("stale", offer, [scalar("cpus", 1)]));
  await second.status("stale", "TASK_LOST", position);
  const fresh = await second.offer();
  expect(fresh.id.value).not.toBe(offer.id.value);
  await second.driver.teardown();
  await agent.say({ type: "UNREGISTER" });
  agent.stop();
  await done().catch(() => {}); // the first driver has ended already
});
