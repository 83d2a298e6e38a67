import { randomBytes } from "node:crypto";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changesBetween } from "../deployments/plan";
import { newGroup, type Root, withSpec } from "../model/root";
import { appOf } from "../test/sample-app";
import { decode, encode } from "./codec";
import { Store, type StoredDeployment } from "./store";

let zookeeper: TestZookeeper;
let client: ZookeeperClient;
beforeAll(async () => {
  zookeeper = await startZookeeper("marathon");
  client = await zookeeper.client({ sessionTimeoutMs: 20_000 });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await zookeeper?.remove();
});

const rootGroup = newGroup("/", "2024-01-01T00:00:00.000Z");
const limits = { maxNodeBytes: 1_024_000, compressAboveBytes: 65_536, maxVersions: 2 };
const open = (path: string) => new Store(client, path, limits);

/** Begins to add an app of this name. */
async function begin(store: Store, root: Root, name: string, number: number): Promise<[StoredDeployment, Root]> {
  const version = `2024-01-01T00:00:0${number}.000Z`;
  const after = withSpec(root, appOf({ id: `/${name}` }, version));
  const deployment = { id: name, version, changes: changesBetween(root, after) };
  await store.beginDeployment(deployment, root, after, []);
  return [deployment, after];
}

test("a deployment that runs is known to the next leader, however many came and went meanwhile", async () => {
  const store = open("/long");
  const { root: empty } = await store.load(rootGroup);
  let [long, root] = await begin(store, empty, "long", 1);
  for (const [index, name] of ["a", "b", "c"].entries()) {
    const [short, after] = await begin(store, root, name, index + 2);
    await store.endDeployment(short);
    root = after;
  }
  const next = open("/long");
  expect(await next.load(rootGroup)).toMatchObject({ deployments: [long], lostDeployments: [] });
  await next.endDeployment(long);
  expect(next.history.map(({ version }) => version)).toEqual(["2024-01-01T00:00:03.000Z", "2024-01-01T00:00:04.000Z"]);
});

test("a deployment whose changes are gone is not taken for one without any", async () => {
  const store = open("/lost");
  const { root } = await store.load(rootGroup);
  const [{ version }] = await begin(store, root, "lost", 1);
  await client.remove(`/lost/history/${version}`);
  expect(await open("/lost").load(rootGroup)).toMatchObject({ deployments: [], lostDeployments: ["lost"] });
});

test("of a change with one definition that is too large nothing is written", async () => {
  const store = open("/large");
  const { root } = await store.load(rootGroup);
  const label = randomBytes(1_500_000).toString("base64");
  const version = "2024-01-01T00:00:01.000Z";
  const apps = [appOf({ id: "/small" }, version), appOf({ id: "/large", labels: { label } }, version)];
  const after = apps.reduce(withSpec, root);
  const deployment = { id: "large", version, changes: changesBetween(root, after) };
  await expect(store.beginDeployment(deployment, root, after, [])).rejects.toThrow("at most 1024000 can be stored");
  expect(await store.versionsOf("/small")).toEqual([]);
  expect(store.history).toEqual([]);
});

test("values are compressed above the threshold, and read either way", () => {
  const value = { text: "x".repeat(100) };
  const [plain, packed] = [111, 110].map((compressAboveBytes) => encode(value, { ...limits, compressAboveBytes }));
  const sizes = [plain, packed].map((data) => data?.length ?? 0);
  expect(sizes[0]).toBe(111);
  expect(sizes[1]).toBeLessThan(60);
  expect([plain, packed].map((data) => data && decode(data))).toEqual([value, value]);
});
