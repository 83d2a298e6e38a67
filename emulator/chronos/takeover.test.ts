import { readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ChronosProcess } from "./test/chronos-process";
import { TestCluster } from "./test/test-cluster";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
});

/** A job whose runs leave their ids in a file, as a witness that is not Chronos. */
function witnessed(name: string, schedule: string) {
  const command = `echo "$MESOS_TASK_ID" >> ${join(cluster.mesos.directory, name)}`;
  return { name, command, schedule, retries: 0, cpus: 0.1, mem: 32, disk: 1 };
}

/** The ids that the runs have left. */
function runsOf(name: string): string[] {
  return readFileSync(join(cluster.mesos.directory, name), "utf8").trim().split("\n");
}

/** Waits until a job has come to its end: every run has left its id once, and was dropped else. */
async function ranOnce(name: string, repetitions: number, instances: ChronosProcess[]): Promise<void> {
  const job = await waitFor(
    `the end of ${name}`,
    async () => {
      const found = await (await leaderOf(instances)).job(name);
      return found.disabled && found;
    },
    30_000,
  );
  const runs = runsOf(name);
  const lines = instances.flatMap(({ process }) => process.output.split("\n"));
  const dropped = lines.filter((line) => line.includes("run dropped") && line.includes(`:${name}:`));
  expect(new Set(runs).size).toBe(runs.length);
  expect(runs.length + dropped.length).toBe(repetitions);
  expect(job).toMatchObject({ successCount: runs.length, errorCount: 0 });
  // Without a failure of this machine hardly any run meets the one before.
  expect(runs.length).toBeGreaterThan(repetitions / 2);
}

async function leaderOf(instances: ChronosProcess[]): Promise<ChronosProcess> {
  return waitFor(
    "a leader",
    async () => {
      for (const instance of instances.filter(({ process }) => !process.hasEnded)) {
        const { status, body } = await instance.get("leader").catch(() => ({ status: 0, body: {} }));
        const found = instances.find(({ process }) => body.leader === `127.0.0.1:${process.port}`);
        if (status === 200 && found && !found.process.hasEnded && (await found.get("jobs")).status === 200)
          return found;
      }
      return undefined;
    },
    20_000,
  );
}

test("leaders die while a job runs every second: no run is missed, none is doubled", async () => {
  const path = "/dying";
  const instances = [await cluster.chronos(path), await cluster.chronos(path), await cluster.chronos(path)];
  const first = await leaderOf(instances);
  const standby = instances.find((each) => each !== first) as ChronosProcess;
  await standby.answers();
  expect((await standby.call("POST", "iso8601", witnessed("dying", "R12//PT1S"))).status).toBe(204);
  await standby.succeeded("dying", 3);
  await first.process.end("SIGKILL");
  const second = await leaderOf(instances);
  await second.succeeded("dying", 5, 20_000);
  await second.process.end("SIGKILL");
  await ranOnce("dying", 12, instances);
}, 90_000);

test("a leader that is told to leave hands over without one failed read", async () => {
  const path = "/leaving";
  const instances = [await cluster.chronos(path), await cluster.chronos(path)];
  const first = await leaderOf(instances);
  const second = instances.find((each) => each !== first) as ChronosProcess;
  await second.answers();
  const statuses = new Set<number>();
  let hasLeft = false;
  const reads = (async () => {
    for (let more = 10; more > 0; more -= hasLeft ? 1 : 0) statuses.add((await second.get("jobs")).status);
  })();
  await first.process.end("SIGTERM");
  hasLeft = true;
  await reads;
  expect([...statuses]).toEqual([200]);
  expect((await second.get("leader")).body).toEqual({ leader: `127.0.0.1:${second.process.port}` });
}, 60_000);

test("a leader that hangs is replaced at once, and follows when it wakes up", async () => {
  const path = "/hanging";
  const instances = [await cluster.chronos(path), await cluster.chronos(path)];
  const first = await leaderOf(instances);
  const second = instances.find((each) => each !== first) as ChronosProcess;
  await first.call("POST", "iso8601", witnessed("hanging", "R8//PT1S"));
  await first.succeeded("hanging", 2);
  first.process.freeze();
  await waitFor("the other to lead", async () => (await second.get("jobs")).status === 200, 15_000);
  await second.succeeded("hanging", 4, 15_000);
  first.process.thaw();
  await waitFor("the first to follow", async () => {
    const { body } = await first.get("leader");
    return body.leader === `127.0.0.1:${second.process.port}`;
  });
  await ranOnce("hanging", 8, instances);
}, 90_000);

test("without ZooKeeper for longer than its session, the same process comes back by itself and runs what is due", async () => {
  const chronos = await cluster.chronos("/cut-off");
  await chronos.answers();
  await chronos.call("POST", "iso8601", witnessed("cut-off", "R/2024-01-01T00:00:00Z/PT1S"));
  await chronos.succeeded("cut-off", 2);
  await cluster.mesos.zookeeper.pause();
  await waitFor("the end of its leadership", async () => (await chronos.get("/ping")).status === 500, 15_000);
  await cluster.mesos.zookeeper.resume();
  await cluster.mesos.replaceMaster();
  const healedMs = Date.now();
  await chronos.answers(30_000);
  const dueSince = () => runsOf("cut-off").filter((id) => Number(id.split(":")[1]) > healedMs);
  await waitFor("three runs that fell due since", () => dueSince().length >= 3, 20_000);
  expect(chronos.process.hasEnded).toBe(false);
  const runs = runsOf("cut-off");
  expect(new Set(runs).size).toBe(runs.length);
}, 90_000);

test("it may start before ZooKeeper does", async () => {
  await cluster.mesos.zookeeper.stop();
  const chronos = await cluster.chronos("/early");
  await waitFor("its first answer", async () => (await chronos.get("/ping")).status === 500);
  await cluster.mesos.zookeeper.start();
  await cluster.mesos.replaceMaster();
  await chronos.answers(30_000);
  await chronos.call("POST", "iso8601", witnessed("early", "R1//PT1H"));
  await chronos.succeeded("early", 1, 30_000);
}, 90_000);
