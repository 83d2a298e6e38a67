import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { configFile } from "../../tools/system/stack";
import { pulumi, succeeded } from "./support/cli";
import { LocalCluster } from "./support/local";
import { expected, until } from "./support/until";

const config = readFileSync(configFile("local"), "utf8");
let cluster: LocalCluster;
beforeAll(async () => {
  cluster = await LocalCluster.running();
});
afterAll(() => writeFileSync(configFile("local"), config));

interface Job {
  name: string;
  successCount: number;
  errorCount: number;
}

const ask = async (method: string, path: string, body?: unknown) => {
  const answer = await cluster.door.ask("chronos", `/v1/scheduler/${path}`, { method, body, password: true });
  expect(answer.status, answer.body).toBeLessThan(300);
  return answer.body;
};

/** Where the leader has just gone, the next one leads within its session's 10 s. */
const answers = () =>
  until("Chronos behind the front door", 30, async () => {
    const answer = await cluster.door.ask("chronos", "/ping", { password: true });
    expected(answer.status === 200, answer);
    return true;
  });

const hasRun = (name: string, count: number) =>
  until(`${count} runs of ${name}`, 60, async () => {
    const jobs = JSON.parse(await ask("GET", "jobs")) as Job[];
    const job = jobs.find((each) => each.name === name);
    expected(job !== undefined && job.successCount >= count, jobs);
    return job;
  });

it("jobs are posted through the front door and run on slaves, in a shell and in a container", async () => {
  const small = { cpus: 0.1, mem: 32, disk: 1 };
  await ask("POST", "iso8601", {
    name: "in-shell",
    command: "test $HOST",
    // Longer than an offer may be waited for: a run that falls due while the one before waits is dropped.
    schedule: "R2//PT8S",
    concurrent: true,
    ...small,
  });
  const container = { type: "DOCKER", image: "nginx:latest", network: "BRIDGE" };
  const docker = { name: "in-docker", command: "nginx -v", schedule: "R/2035-01-01T00:00:00Z/P1D", container };
  await ask("POST", "iso8601", { ...docker, ...small });
  await ask("POST", "dependency", { name: "after", command: "true", parents: ["in-docker"], ...small });
  await ask("PUT", "job/in-docker");
  for (const name of ["in-docker", "after"]) expect(await hasRun(name, 1)).toMatchObject({ errorCount: 0 });
  expect(await hasRun("in-shell", 2)).toMatchObject({ errorCount: 0 });
});

it("moves to Marathon, where three instances share the same jobs under the same name, and back", async () => {
  await succeeded(pulumi(["config", "set", "--path", "chronos.placement", "marathon", "-s", "local"]));
  const moved = await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));
  const { tasks } = await cluster.door.marathon<{ tasks: { host: string }[] }>("/v2/apps/chronos/tasks");
  expect(tasks).toHaveLength(3);
  for (const { host } of tasks) expect(cluster.hostnameOf(host)).toMatch(/^slave-/);
  await answers();
  expect((await cluster.door.ask("chronos", "/ping")).status).toBe(401);
  await ask("PUT", "job/in-docker");
  await hasRun("in-docker", 2);
  writeFileSync(configFile("local"), config);
  const back = await succeeded(pulumi(["up", "--yes", "--skip-preview", "-s", "local"]));
  console.log(`to Marathon: ${moved.seconds.toFixed(1)} s, back: ${back.seconds.toFixed(1)} s`);
  await answers();
  await ask("PUT", "job/in-docker");
  await hasRun("in-docker", 3);
});
