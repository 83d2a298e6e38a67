import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ChronosProcess } from "./test/chronos-process";
import { containerLabel, TestCluster } from "./test/test-cluster";

let cluster: TestCluster;
let chronos: ChronosProcess;
beforeAll(async () => {
  cluster = await TestCluster.start();
  chronos = await cluster.chronos("/alone");
  await chronos.answers();
}, 60_000);
afterAll(() => cluster?.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.logs());
});

const small = { cpus: 0.1, mem: 32, disk: 1 };

test("a job runs when it is due, as often as it says, and is disabled after that", async () => {
  const job = { name: "twice", command: "true", schedule: "R2//PT1S", ...small };
  expect((await chronos.call("POST", "iso8601", job)).status).toBe(204);
  const done = await chronos.succeeded("twice", 2);
  expect(done).toMatchObject({ successCount: 2, errorCount: 0, disabled: true });
});

test("a job with an image runs in a container", async () => {
  const container = {
    type: "DOCKER",
    image: "debian:bookworm-slim",
    network: "BRIDGE",
    volumes: [{ hostPath: cluster.directory, containerPath: "/seen", mode: "RW" }],
    parameters: [containerLabel],
  };
  const command = "grep -q bookworm /etc/os-release && echo $CHRONOS_JOB_NAME > /seen/in-docker";
  await chronos.call("POST", "iso8601", { name: "in-docker", command, schedule: "R1//PT1H", container, ...small });
  await chronos.succeeded("in-docker", 1, 25_000);
  expect(readFileSync(join(cluster.directory, "in-docker"), "utf8")).toBe("in-docker\n");
}, 40_000);
