import { readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ChronosApi } from "./test/chronos-api";
import type { ChronosProcess } from "./test/chronos-process";
import { containerLabel, TestCluster } from "./test/test-cluster";

let cluster: TestCluster;
let chronos: ChronosProcess;
beforeAll(async () => {
  cluster = await TestCluster.start();
  chronos = await cluster.chronos("/alone");
  await chronos.answers();
}, 60_000);
afterAll(() => cluster?.mesos.remove(), 30_000);
afterEach(({ task }) => {
  if (task.result?.state === "fail") process.stdout.write(cluster.mesos.logs());
});

const small = { cpus: 0.1, mem: 32, disk: 1 };

test("a job runs when it is due, as often as it says, and is disabled after that", async () => {
  const job = { name: "twice", command: "true", schedule: "R2//PT2S", concurrent: true, ...small };
  expect((await chronos.call("POST", "iso8601", job)).status).toBe(204);
  const done = await chronos.succeeded("twice", 2);
  expect(done).toMatchObject({ successCount: 2, errorCount: 0, disabled: true });
});

test("a job with an image runs in a container", async () => {
  const container = {
    type: "DOCKER",
    image: "debian:bookworm-slim",
    network: "BRIDGE",
    volumes: [{ hostPath: cluster.mesos.directory, containerPath: "/seen", mode: "RW" }],
    parameters: [containerLabel],
  };
  const command = "grep -q bookworm /etc/os-release && echo $CHRONOS_JOB_NAME > /seen/in-docker";
  await chronos.call("POST", "iso8601", { name: "in-docker", command, schedule: "R1//PT1H", container, ...small });
  await chronos.succeeded("in-docker", 1, 25_000);
  expect(readFileSync(join(cluster.mesos.directory, "in-docker"), "utf8")).toBe("in-docker\n");
}, 40_000);

test("a failed run is tried again with the next attempt, as often as it may; the history tells of all", async () => {
  const command = 'test "$CHRONOS_JOB_RUN_ATTEMPT" = 2';
  await chronos.call("POST", "iso8601", { name: "third", command, schedule: "R1//PT1H", retries: 2, ...small });
  const job = await chronos.succeeded("third", 1, 20_000);
  expect(job).toMatchObject({ errorCount: 0, lastError: "" });
  const { taskStatHistory } = (await chronos.get("job/stat/third")).body;
  const told = taskStatHistory.map(({ taskId, status }: { taskId: string; status: string }) => [
    taskId.split(":")[2],
    status,
  ]);
  expect(told).toEqual([
    ["2", "Success"],
    ["1", "Fail"],
    ["0", "Fail"],
  ]);
  expect(taskStatHistory[0]).toMatchObject({ jobName: "third", duration: expect.stringMatching(/^\d+s$/) });
}, 30_000);

test("constraints say where a job runs", async () => {
  const witness = join(cluster.mesos.directory, "where");
  const job = { name: "where", command: `echo $HOST > ${witness}`, schedule: "R1//PT1H", ...small };
  await chronos.call("POST", "iso8601", { ...job, constraints: [["rack", "LIKE", "r2"]] });
  await chronos.succeeded("where", 1, 20_000);
  expect(readFileSync(witness, "utf8")).toBe("127.0.0.2\n");
}, 30_000);

test("an async job of 2.x has succeeded when its task says so", async () => {
  const job = { name: "async", command: "true", async: true, schedule: "R1//PT1H", ...small };
  await chronos.call("PUT", "/scheduler/iso8601", job);
  await waitFor(
    "its task's end",
    async () => chronos.process.output.includes(':0:async:","state":"TASK_FINISHED"'),
    20_000,
  );
  expect((await chronos.job("async")).successCount).toBe(0);
  const id = /"taskId":"(ct:\d+:0:async:)"/.exec(chronos.process.output)?.[1] ?? "";
  expect((await chronos.call("PUT", `/scheduler/task/${id}`, { statusCode: 0 })).status).toBe(204);
  expect(await chronos.job("async")).toMatchObject({ successCount: 1, async: true });
  expect((await chronos.call("PUT", `/scheduler/task/${id}`, { statusCode: 0 })).status).toBe(400);
}, 30_000);

test("a job that is deleted while it runs leaves no task behind", async () => {
  const job = { name: "gone", command: "exec sleep 1234", schedule: "R1//PT1H", ...small };
  await chronos.call("POST", "iso8601", job);
  await waitFor("its start", async () => (await chronos.state("gone")) === "1 running", 20_000);
  expect((await chronos.call("DELETE", "job/gone")).status).toBe(204);
  await waitFor("the end of its task", () => chronos.process.output.includes(':gone:","state":"TASK_KILLED"'), 20_000);
}, 45_000);

test("disabled after failures, and closed without the password", async () => {
  const strict = await cluster.chronos("/strict", { disable_after_failures: "1", http_credentials: "user:secret" });
  await waitFor("Chronos", async () => (await strict.get("/ping")).status === 200, 20_000);
  const refused = await strict.get("jobs");
  expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Basic realm="Mesosphere"']);
  const user = new ChronosApi(strict.url, `Basic ${Buffer.from("user:secret").toString("base64")}`);
  const job = { name: "bad", command: "false", retries: 0, schedule: "R//PT1S", ...small };
  expect((await user.call("POST", "iso8601", job)).status).toBe(204);
  await waitFor("the end of it", async () => (await user.job("bad")).disabled === true, 20_000);
  expect(await user.job("bad")).toMatchObject({ errorCount: 1, errorsSinceLastSuccess: 1 });
}, 45_000);
