import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../test/wait";
import { startZookeeper, type TestZookeeper } from "../test/zookeeper";
import { ZookeeperClient } from "./client";
import { Group } from "./group";
import { LeaderLatch } from "./leader-latch";

let zookeeper: TestZookeeper;

beforeAll(async () => {
  zookeeper = await startZookeeper("lib");
}, 120_000);

afterAll(() => zookeeper.remove());

test("nodes are written once for each version, and a transaction is all or nothing", async () => {
  const client = await zookeeper.client();
  await client.mkdirp("/app/state");
  await client.create("/app/state/a", Buffer.from("1"));
  const { data, version } = await client.get("/app/state/a");
  expect(data.toString()).toBe("1");
  expect(await client.set("/app/state/a", Buffer.from("2"), version)).toBe(version + 1);
  await expect(client.set("/app/state/a", Buffer.from("3"), version)).rejects.toMatchObject({ code: "BAD_VERSION" });
  await expect(
    client.multi([
      { type: "create", path: "/app/state/b" },
      { type: "check", path: "/app/state/a", version },
    ]),
  ).rejects.toMatchObject({ code: "BAD_VERSION" });
  expect(await client.exists("/app/state/b")).toBe(false);
  await client.multi([
    { type: "create", path: "/app/state/b" },
    { type: "remove", path: "/app/state/a" },
  ]);
  expect(await client.children("/app/state")).toEqual(["b"]);
  await client.close();
});

test("nodes made with credentials can be read by everybody and changed by their owner only", async () => {
  const owner = await zookeeper.client({ credentials: { user: "mesos", password: "secret" } });
  const stranger = await zookeeper.client();
  await owner.create("/owned", Buffer.from("x"));
  expect((await stranger.get("/owned")).data.toString()).toBe("x");
  await expect(stranger.set("/owned", Buffer.from("y"))).rejects.toMatchObject({ code: "NO_AUTH" });
  await owner.set("/owned", Buffer.from("z"));
  await Promise.all([owner.close(), stranger.close()]);
});

test("a watch tells every change, begins before its node exists and outlives a restart of the server", async () => {
  // Longer than a restart takes on a busy machine.
  const client = await zookeeper.client({ sessionTimeoutMs: 60_000 });
  let seen: string[] | undefined;
  client.watchChildren("/later", (children) => {
    seen = children.sort();
  });
  await waitFor("an empty list", () => seen?.length === 0);
  await client.mkdirp("/later/one");
  await waitFor("the first child", () => seen?.join() === "one");
  await zookeeper.stop();
  await waitFor("the loss", () => client.state === "disconnected");
  await zookeeper.start();
  const other = await zookeeper.client();
  await other.create("/later/two");
  await waitFor("the second child", () => seen?.join() === "one,two", 30_000);
  await Promise.all([client.close(), other.close()]);
}, 120_000);

test("a group's leader is the member of the lowest number, and the next one follows when it leaves", async () => {
  const [first, second] = await Promise.all([zookeeper.client(), zookeeper.client()]);
  await new Group(first, "/masters", "json.info_").join(Buffer.from("first"));
  await new Group(second, "/masters", "json.info_").join(Buffer.from("second"));
  await first.create("/masters/log_replicas");
  const leaders: (string | undefined)[] = [];
  new Group(second, "/masters", "json.info_").watchLeader((leader) => leaders.push(leader?.data.toString()));
  await waitFor("the first leader", () => leaders.length === 1);
  await first.close();
  await waitFor("the next leader", () => leaders.length === 2);
  expect(leaders).toEqual(["first", "second"]);
  await second.close();
});

test("a frozen server deposes the leader before its session ends there, and another is elected afterwards", async () => {
  const [a, b] = await Promise.all([zookeeper.client({ sessionTimeoutMs: 2000 }), zookeeper.client()]);
  const events: string[] = [];
  const latch = (client: ZookeeperClient, name: string) =>
    new LeaderLatch(client, "/latch", `${name}:80`, {
      onElected: () => events.push(`${name} elected`),
      onDeposed: () => events.push(`${name} deposed`),
    });
  await latch(a, "a").start();
  await waitFor("the first election", () => events.length === 1);
  await latch(b, "b").start();
  await zookeeper.pause();
  const pausedMs = Date.now();
  await waitFor("the loss", () => events.includes("a deposed"));
  expect(Date.now() - pausedMs).toBeLessThan(2500);
  await zookeeper.resume();
  await waitFor("the next election", () => events.includes("b elected"));
  expect(events).toEqual(["a elected", "a deposed", "b elected"]);
  const own = (await b.children("/latch")).find((name) => /^_c_[0-9a-f-]{36}-latch-\d{10}$/.test(name));
  expect((await b.get(`/latch/${own}`)).data.toString()).toBe("b:80");
  await b.close();
}, 60_000);

test("a server that takes connections and says nothing is passed over", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as AddressInfo;
  const servers = [`127.0.0.1:${port}`, zookeeper.server];
  try {
    // Each begins with one of the two, by chance.
    const options = { servers, sessionTimeoutMs: 3000, operationTimeoutMs: 10_000 };
    const clients = await Promise.all(Array.from({ length: 6 }, () => ZookeeperClient.connect(options)));
    await Promise.all(clients.map((client) => client.close()));
  } finally {
    silent.close();
  }
});

test("an unreachable server is reported within the limit", async () => {
  const attempt = ZookeeperClient.connect({ servers: ["127.0.0.1:1"], operationTimeoutMs: 300 });
  await expect(attempt).rejects.toThrow("no connection to 127.0.0.1:1 within 300 ms");
});
