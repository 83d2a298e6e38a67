import { expect, it } from "vitest";
import { docker, runningOf } from "./support/engine";
import { LocalCluster } from "./support/local";
import { fourLetterWord } from "./support/machine";
import { agentIds, isBack } from "./support/restarted";
import { expected, until } from "./support/until";

/** How long everything may take to work again, in seconds. */
const limitSeconds = 90;

it("all machines at once, as when this computer's Docker restarts, come back as they were", async () => {
  const cluster = await LocalCluster.withDemo();
  const known = await until("all agents", limitSeconds, async () => {
    const ids = await agentIds(cluster);
    return Object.keys(ids).length === 2 ? ids : undefined;
  });
  const before = await runningOf("local");
  const names = Object.keys(before).map((name) => `drover-local-${name}`);
  await docker("kill", ...names);
  await docker("start", ...names);
  for (const { hostname } of cluster.outputs.machines) await isBack(cluster, before, hostname, limitSeconds);
  await until("ZooKeeper's members to agree again", limitSeconds, async () => {
    for (const { address } of cluster.core()) {
      const answer = await fourLetterWord(address, "srvr");
      expected(/^Mode: (follower|leader)/m.test(answer), answer);
    }
    return true;
  });
  await until("the slaves to be registered under their old ids", limitSeconds, async () => {
    const now = await agentIds(cluster);
    expected(
      Object.entries(known).every(([address, id]) => now[address] === id),
      now,
    );
    return true;
  });
  await cluster.healthyTasks(2, limitSeconds);
  await until("the app at the front door", limitSeconds, async () => {
    const { status } = await cluster.door.ask("demo-nginx", "/");
    expected(status === 200, `status ${status}`);
    return true;
  });
  expect(Object.keys(await runningOf("local")).sort()).toEqual(Object.keys(before).sort());
});
