import { type AddressInfo, connect, createServer } from "node:net";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { expect, onTestFinished, test } from "vitest";
import { FakeAgent, scalar } from "./test/fake-agent";
import { TestMaster } from "./test/masters";
import { TestFramework } from "./test/test-framework";

test("a call that is lost on the way ends the subscription, and the offer it was about comes again", async () => {
  const master = await TestMaster.start({ MESOS_REGISTRY: "in_memory", MESOS_ALLOCATION_INTERVAL: "200ms" });
  onTestFinished(() => master.end("SIGKILL"));
  // A way to the master that breaks the second connection, which is that of the calls, when the first one is sent.
  let connections = 0;
  const way = createServer((near) => {
    const isToBreak = ++connections === 2;
    const far = connect(master.port, "127.0.0.1");
    for (const end of [near, far]) end.on("error", () => end.destroy());
    near.on("data", (chunk) => (isToBreak ? near.destroy() : far.write(chunk)));
    far.on("data", (chunk) => near.write(chunk));
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void way.close());

  const agent = new FakeAgent(createMasterDetector(`127.0.0.1:${master.port}`), "kept", [scalar("cpus", 4)]);
  onTestFinished(() => agent.stop());
  agent.start();
  await waitFor("the agent", () => agent.isRegistered);
  const framework = new TestFramework(createMasterDetector(`127.0.0.1:${(way.address() as AddressInfo).port}`));
  onTestFinished(() => framework.driver.stop());

  const offer = await framework.offer();
  const heard = framework.events.length;
  await expect(framework.driver.decline([offer.id], { refuse_seconds: 0 })).rejects.toThrow();
  const again = await framework.offer(({ id }) => id.value !== offer.id.value, heard);
  expect(again.hostname).toBe("kept");
  await framework.driver.decline([again.id], { refuse_seconds: 0 });
});
