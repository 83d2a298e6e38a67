import { join } from "node:path";
import { TestCluster } from "@drover/emulator/marathon/test/test-cluster";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildClientImage, runClient } from "../client-image";

/** Packages are fetched and compiled the first time. */
const buildLimitMs = 300_000;

let cluster: TestCluster;
let url: string;
beforeAll(async () => {
  cluster = await TestCluster.start();
  const marathon = await cluster.marathon("/clients");
  await marathon.leads();
  url = marathon.url;
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
});

/** Each creates an app, scales, updates, restarts, kills, rolls back and deletes it, and hears of it by events. */
test.each(["python", "go", "java"])(
  "the life of an app through the %s client",
  async (language) => {
    const image = await buildClientImage(join(__dirname, language));
    expect(await runClient(image, url)).toBe("done");
  },
  buildLimitMs,
);
