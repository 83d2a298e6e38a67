import { createLogger } from "@drover/lib/log";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readScheduledJob } from "../model/job-request";
import { noActivity } from "../model/run";
import { Store } from "../state/store";
import { Clock } from "./clock";
import { JobBook } from "./job-book";

let zookeeper: TestZookeeper;
let client: ZookeeperClient;
beforeAll(async () => {
  zookeeper = await startZookeeper("chronos");
  client = await zookeeper.client({ sessionTimeoutMs: 20_000 });
}, 60_000);
afterAll(async () => {
  await client?.close();
  await zookeeper?.remove();
});

test("more jobs fall due at once than one request to ZooKeeper has room for: all of them are queued", async () => {
  const defaults = { cpus: 0.1, mem: 128, disk: 256, user: "root" };
  const count = 1_500;
  const schedule = `R/${new Date(Date.now() - 60_000).toISOString()}/P1D`;
  const records = Array.from({ length: count }, (_, number) => {
    const job = { name: `job-${number}`, schedule, description: "x".repeat(500) };
    return { job: readScheduledJob(Buffer.from(JSON.stringify(job)), defaults), activity: noActivity };
  });
  const store = new Store(client, "/due");
  await store.open();
  const book = new JobBook(store, () => {});
  await book.changeEach((draft) => {
    for (const record of records) draft.put(record);
  });
  const writes: Promise<unknown>[] = [];
  const clock = new Clock(book, 60_000, (work) => writes.push(work), createLogger("chronos", "silent"));
  clock.look();
  clock.close();
  await Promise.all(writes);
  expect(writes).toHaveLength(1);
  const stored = await new Store(client, "/due").open();
  expect(stored.filter(({ activity }) => activity.queued)).toHaveLength(count);
}, 60_000);
