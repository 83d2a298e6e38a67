import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAgent, scalar } from "../test/fake-agent";
import { TestMaster } from "../test/masters";
import { TestFramework, task } from "../test/test-framework";

let master: TestMaster;
beforeAll(async () => {
  master = await TestMaster.start({
    MESOS_REGISTRY: "in_memory",
    MESOS_ALLOCATION_INTERVAL: "100ms",
    MESOS_OFFER_TIMEOUT: "300ms",
  });
}, 30_000);
afterAll(() => master.end("SIGKILL"));

test("an offer that nobody answers is rescinded in time, comes again under another id, and is of no use any more", async () => {
  const detector = createMasterDetector(`127.0.0.1:${master.port}`);
  const agent = new FakeAgent(detector, "slow.example", [scalar("cpus", 1), scalar("mem", 256)]);
  const framework = new TestFramework(detector, { capabilities: [{ type: "PARTITION_AWARE" }] });
  try {
    agent.start();
    const offer = await framework.offer();
    await framework.event("RESCIND", ({ rescind }) => rescind.offer_id.value === offer.id.value);
    const next = await framework.offer(({ id }) => id.value !== offer.id.value);
    expect(next.resources).toEqual(offer.resources);
    await framework.launch(offer, task("late", offer, [scalar("cpus", 0.1), scalar("mem", 32)]));
    expect(await framework.status("late", "TASK_DROPPED")).toMatchObject({
      reason: "REASON_INVALID_OFFERS",
      message: expect.stringContaining(`Offer ${offer.id.value} is no longer valid`),
    });
  } finally {
    framework.driver.stop();
    agent.stop();
    await detector.close();
  }
});
