import http from "node:http";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { MarathonProcess } from "./test/marathon-process";
import { TestCluster, webServer } from "./test/test-cluster";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await TestCluster.start();
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
});

const small = { cpus: 0.1, mem: 32 };

interface TaskJson {
  id: string;
  host: string;
}

const idsOf = (tasks: { id: string }[]) => tasks.map(({ id }) => id).sort();

describe("three Marathons", () => {
  const path = "/many";
  const credentials = { MARATHON_HTTP_CREDENTIALS: "user:secret" };
  const login = { Authorization: `Basic ${Buffer.from("user:secret").toString("base64")}` };

  test("standbys hand on to the leader, the next leader knows all tasks and finishes deployments", async () => {
    const [first, second] = [await cluster.marathon(path, credentials), await cluster.marathon(path, credentials)];
    expect((await second.get("/v2/apps")).status).toBe(401);
    await waitFor("the leader", async () => (await second.get("/v2/deployments", login)).status === 200);
    const leader = (await second.get("/v2/leader", login)).body.leader;
    const [leading, standby] = leader === `127.0.0.1:${first.port}` ? [first, second] : [second, first];
    const created = await standby.call(
      "POST",
      "/v2/apps",
      { id: "/x", cmd: "sleep 1000", ...small, instances: 2 },
      login,
    );
    expect(created.status).toBe(201);
    expect(created.headers.get("x-marathon-leader")).toBe(`http://${leader}`);
    const events = await standby.get("/v2/events", login);
    expect([events.status, events.headers.get("location")]).toEqual([302, `http://${leader}/v2/events`]);
    expect((await viaItself(standby)).status).toBe(502);
    await waitFor("two tasks", async () => (await running(standby)).length === 2);
    const before = await running(standby);
    const waiting = { id: "/x", constraints: [["hostname", "UNIQUE"]], instances: 2 };
    await standby.call("PUT", "/v2/apps/x", waiting, login);
    await leading.end("SIGKILL");
    await waitFor("the next leader", async () => (await standby.get("/v2/apps/x", login)).status === 200, 15_000);
    await waitFor(
      "the end of the deployment",
      async () => (await standby.get("/v2/deployments", login)).body.length === 0,
      15_000,
    );
    const after = await running(standby);
    expect(new Set(after.map(({ host }) => host)).size).toBe(2);
    expect(idsOf(after).filter((id) => idsOf(before).includes(id))).toEqual([]);
    const third = await cluster.marathon(path, credentials);
    await standby.end("SIGTERM");
    expect(standby.exitCode).toBe(0);
    await waitFor("the third to lead", async () => (await third.get("/v2/apps/x", login)).status === 200, 1_500);
    await waitFor("the same tasks", async () => idsOf(await running(third)).join() === idsOf(after).join());
    await third.call("DELETE", "/v2/leader", undefined, login);
    await third.ended();
    expect(third.exitCode).toBe(1);

    async function running(marathon: MarathonProcess): Promise<TaskJson[]> {
      const { body } = await marathon.get("/v2/apps/x/tasks", login);
      return (body.tasks ?? []).filter((task: { state: string }) => task.state === "TASK_RUNNING");
    }

    function viaItself(marathon: MarathonProcess) {
      return marathon.get("/v2/apps", { ...login, "X-Marathon-Via": `127.0.0.1:${marathon.port}` });
    }
  }, 60_000);
});

test("a task on an agent that is lost is replaced elsewhere; when the agent is back the old task is killed", async () => {
  const marathon = await cluster.marathon("/lost");
  await marathon.leads();
  await marathon.call("POST", "/v2/apps", { id: "/lone", cmd: webServer, ...small });
  await marathon.settled();
  const [task] = await marathon.running("/lone");
  const agent = cluster.mesos.agents[task.host === "127.0.0.1" ? 0 : 1];
  await agent?.end("SIGKILL");
  await waitFor(
    "a replacement",
    async () => {
      const tasks = await marathon.running("/lone");
      return tasks.length === 1 && tasks[0].host !== task.host;
    },
    20_000,
  );
  agent?.start();
  await cluster.mesos.agentsAreActive();
  await waitFor("the end of the old task", () => isClosed(task.host, task.ports[0]), 15_000);
  expect(await marathon.running("/lone")).toHaveLength(1);
}, 60_000);

test("a new master finds the tasks of before and launches more; without ZooKeeper the leader ends, the tasks do not", async () => {
  const marathon = await cluster.marathon("/masters");
  await marathon.leads();
  await marathon.call("POST", "/v2/apps", { id: "/kept", cmd: webServer, ...small });
  await marathon.settled();
  const [kept] = await marathon.running("/kept");
  await cluster.mesos.replaceMaster();
  await marathon.call("PUT", "/v2/apps/kept", { instances: 2 });
  await marathon.settled();
  const after = await marathon.running("/kept");
  expect(after).toHaveLength(2);
  expect(idsOf(after)).toContain(kept.id);
  await cluster.mesos.zookeeper.pause();
  expect((await marathon.call("PUT", "/v2/apps/kept", { instances: 3 })).status).toBe(503);
  await marathon.ended();
  expect(marathon.exitCode).toBe(1);
  await cluster.mesos.zookeeper.resume();
  expect(await isClosed(kept.host, kept.ports[0])).toBe(false);
  // The master has ended as well.
  await cluster.mesos.replaceMaster();
}, 60_000);

test("a leader killed while an app of 10 tasks is upgraded: the next one ends it, no task is lost or doubled", async () => {
  const [first, second] = [await cluster.marathon("/upgrade"), await cluster.marathon("/upgrade")];
  const ask = (path: string) => second.get(path);
  await waitFor("a leader", async () => (await ask("/v2/deployments")).status === 200, 15_000);
  const leader = (await ask("/v2/leader")).body.leader;
  const [leading, next] = leader === `127.0.0.1:${first.port}` ? [first, second] : [second, first];
  const app = { id: "/ten", cmd: "sleep 1000", cpus: 0.05, mem: 32, instances: 10 };
  const upgradeStrategy = { minimumHealthCapacity: 0.8, maximumOverCapacity: 0.2 };
  await next.call("PUT", "/v2/apps/ten", { ...app, upgradeStrategy });
  await next.settled();
  const before = idsOf(await next.running("/ten"));
  const { body: update } = await next.call("PUT", "/v2/apps/ten", { env: { NEW: "1" } });
  const isFresh = ({ version }: { version: string }) => version === update.version;
  await waitFor("the first new tasks", async () => (await leading.running("/ten")).some(isFresh));
  await leading.end("SIGKILL");
  let fewest = 10;
  await waitFor(
    "the end of the deployment",
    async () => {
      const { status, body } = await next.get("/v2/apps/ten");
      if (status === 200) fewest = Math.min(fewest, body.app.tasksRunning);
      return status === 200 && body.app.deployments.length === 0;
    },
    30_000,
  );
  const after = await next.running("/ten");
  expect(after.map(({ version }: { version: string }) => version)).toEqual(Array(10).fill(update.version));
  expect(idsOf(after).filter((id) => before.includes(id))).toEqual([]);
  expect(fewest).toBeGreaterThanOrEqual(8);
  const inMesos = (await cluster.mesos.tasks()).filter(
    ({ id, state }) => id.startsWith("ten.") && state === "TASK_RUNNING",
  );
  expect(idsOf(inMesos)).toEqual(idsOf(after));
}, 90_000);

test("the next leader knows all of some thousand apps", async () => {
  const first = await cluster.marathon("/crowd");
  await first.leads();
  const apps = Array.from({ length: 3_000 }, (_, number) => ({ id: `app-${number}`, cmd: "sleep 1000", instances: 0 }));
  expect((await first.call("PUT", "/v2/groups/crowd", { apps })).status).toBe(201);
  await first.settled();
  await first.end("SIGKILL");
  const second = await cluster.marathon("/crowd");
  await second.leads();
  expect((await second.get("/v2/apps")).body.apps).toHaveLength(apps.length);
}, 60_000);

function isClosed(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ host, port, agent: false }, (answer) => {
      answer.resume();
      resolve(false);
    });
    request.on("error", () => resolve(true));
  });
}
