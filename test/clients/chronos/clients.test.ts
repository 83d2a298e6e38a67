import { join } from "node:path";
import { TestCluster } from "@drover/emulator/chronos/test/test-cluster";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildClientImage, runClient } from "../client-image";

/** Packages are fetched the first time. */
const buildLimitMs = 300_000;

let cluster: TestCluster;
let server: string;
beforeAll(async () => {
  cluster = await TestCluster.start();
  const chronos = await cluster.chronos("/clients", { http_credentials: "user:secret" });
  await waitFor("Chronos", async () => (await chronos.get("/ping")).status === 200, 20_000);
  server = `127.0.0.1:${chronos.process.port}`;
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
});

/** Jobs are created, run, replaced, searched, killed and deleted; with the paths of 3.x and of 2.x. */
test.each(["v1", "none"])(
  "the life of jobs through the python client, API version %s",
  async (version) => {
    const image = await buildClientImage(join(__dirname, "python"));
    expect(await runClient(image, server, "secret", version)).toBe("done");
  },
  buildLimitMs,
);
