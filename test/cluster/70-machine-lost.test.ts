import { beforeAll, expect, it } from "vitest";
import { pulumi, succeeded } from "./support/cli";
import { docker, runningOf } from "./support/engine";
import { Load } from "./support/load";
import { LocalCluster } from "./support/local";
import { fourLetterWord } from "./support/machine";
import { expected, until } from "./support/until";

/** Within this time after the loss of a leader's machine Mesos and Marathon have a leader again, in seconds. */
const leaderLimitSeconds = 40;

let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await LocalCluster.withDemo();
});

/** Hostnames of the machines with the leading Marathon and the leading master. */
async function leaders(): Promise<{ marathon: string; mesos: string }> {
  const { leader } = await cluster.door.marathon<{ leader: string }>("/v2/leader");
  const { leader_info } = await cluster.door.mesos<{ leader_info: { hostname: string } }>("/state");
  return {
    marathon: cluster.hostnameOf(leader.split(":")[0] ?? ""),
    mesos: cluster.hostnameOf(leader_info.hostname),
  };
}

it("a core machine that is lost takes at most the request inside it along, and comes back with the next update", async () => {
  const before = await runningOf("local");
  const lost = (await leaders()).mesos;
  const tasks = (await cluster.tasks()).map(({ id }) => id).sort();
  const load = new Load(cluster.door, "demo-nginx", 240);

  await docker("rm", "-f", `drover-local-${lost}`);
  const removed = Date.now();
  const after = await until(`leaders on machines other than ${lost}`, leaderLimitSeconds, async () => {
    const now = await leaders();
    expected(now.marathon !== lost && now.mesos !== lost, now);
    return now;
  });
  const leaderless = (Date.now() - removed) / 1000;
  console.log(`${lost} lost: leaders ${JSON.stringify(after)} after ${leaderless.toFixed(1)} s`);

  const { output } = await succeeded(pulumi(["up", "--refresh", "--yes", "--skip-preview", "-s", "local"]));
  expect(output).toContain(lost);
  const now = await runningOf("local");
  expect(Object.keys(now)).toEqual(Object.keys(before));
  for (const [name, seen] of Object.entries(now)) {
    if (name === lost) expect(seen.id).not.toBe(before[name]?.id);
    else expect(seen, name).toEqual(before[name]);
  }
  const { address } = cluster.machine(lost);
  await until(`ZooKeeper on ${lost} to be a member again`, 30, async () => {
    const answer = await fourLetterWord(address, "srvr");
    expected(/^Mode: (follower|leader)/m.test(answer), answer);
    return true;
  });

  await load.stop();
  console.log(
    `demo-nginx: ${load.asked} requests, ${load.failures.length} failed, slowest ${load.slowestMs} ms`,
    load.failures,
  );
  // A request that is inside the machine when it goes is lost with it, and no other.
  expect(load.failures.slice(1)).toEqual([]);
  expect((await cluster.tasks()).map(({ id }) => id).sort()).toEqual(tasks);
});

it("nothing is left to do after that", async () => {
  const { output } = await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));
  expect(output).toMatch(/Resources:\s+\d+ unchanged\s/);
});
