import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run, succeeded } from "./support/cli";
import { demoNginxFile, LocalCluster, type Task } from "./support/local";
import { onMachine, resolve } from "./support/machine";
import { expected, until } from "./support/until";

let cluster: LocalCluster;
let tasks: Task[];
const folder = mkdtempSync(join(tmpdir(), "drover-demo-"));
const ca = join(folder, "ca.pem");

beforeAll(async () => {
  cluster = await LocalCluster.running();
  writeFileSync(ca, cluster.outputs.caCertificate);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The ids of the app's containers on a slave. */
async function containersOn(hostname: string): Promise<string[]> {
  const ids = await onMachine("local", cluster.outputs, hostname, "docker ps -q --filter ancestor=nginx:latest");
  return ids.split("\n").filter((id) => id !== "");
}

it("an app is posted with curl, and its two tasks get healthy on slaves", async () => {
  const { username, password } = cluster.outputs.credentials;
  const words = ["-sS", "--cacert", ca, "-u", `${username}:${password}`, "-H", "Content-Type: application/json"];
  const posted = await succeeded(
    run("curl", [...words, "-d", `@${demoNginxFile}`, `${cluster.outputs.endpoints.marathon}/v2/apps`]),
  );
  expect(JSON.parse(posted.stdout)).toMatchObject({ id: "/demo-nginx", instances: 2 });
  tasks = await cluster.healthyTasks(2);
  for (const { host } of tasks) expect(cluster.hostnameOf(host)).toMatch(/^slave-/);
});

it("both tasks serve through the front door, without a password", async () => {
  const seen = new Set<string>();
  await until("pages from two tasks", 30, async () => {
    const { stdout, output } = await run("curl", ["-sSf", "--cacert", ca, "https://demo-nginx.drover.localhost:8443/"]);
    const servedBy = /Served by <code>(\w+)<\/code>/.exec(stdout)?.[1];
    expected(servedBy !== undefined, output);
    if (servedBy) seen.add(servedBy);
    expected(seen.size === 2, `pages from ${[...seen].join(", ")}`);
    return true;
  });
  const ids = await Promise.all([...new Set(tasks.map(({ host }) => cluster.hostnameOf(host)))].map(containersOn));
  // A container's host name is the beginning of its id.
  expect(ids.flat().sort()).toEqual([...seen].sort());
});

it("its name is known to every DNS server, and inside the cluster", async () => {
  const hosts = [...new Set(tasks.map(({ host }) => host))].sort();
  for (const { address } of cluster.core()) {
    await until(`demo-nginx.marathon.mesos at ${address}`, 30, async () => {
      const found = await resolve(address, "demo-nginx.marathon.mesos");
      expected(found.join() === hosts.join(), found);
      return true;
    });
  }
  const line = await onMachine("local", cluster.outputs, "slave-000", "getent hosts demo-nginx.marathon.mesos");
  expect(hosts).toContain(line.split(/\s+/)[0]);
  const [id = ""] = await containersOn(cluster.hostnameOf(hosts[0] ?? ""));
  const inTask = `docker exec ${id} getent hosts demo-nginx.marathon.mesos`;
  const seen = await onMachine("local", cluster.outputs, cluster.hostnameOf(hosts[0] ?? ""), inTask);
  expect(hosts).toContain(seen.split(/\s+/)[0]);
});

it("a container that is killed by hand is replaced", async () => {
  const victim = tasks[0];
  const hostname = cluster.hostnameOf(victim?.host ?? "");
  const [id = ""] = await containersOn(hostname);
  const before = new Set(tasks.map((task) => task.id));
  await onMachine("local", cluster.outputs, hostname, `docker rm -f ${id}`);
  const after = await until("a new healthy task in place of the killed one", 60, async () => {
    const now = await cluster.healthyTasks(2, 1);
    expected(now.filter((task) => !before.has(task.id)).length === 1, now);
    return now;
  });
  await until("the new task behind the front door", 30, async () => {
    const answer = await cluster.door.ask("demo-nginx", "/");
    expected(answer.status === 200, answer);
    return true;
  });
  expect(after).toHaveLength(2);
});
