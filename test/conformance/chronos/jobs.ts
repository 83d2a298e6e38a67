import type { ChronosApi } from "@drover/emulator/chronos/test/chronos-api";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { prefix } from "./target";

const later = "R/2035-01-02T03:00:00.000Z/PT24H";

/** Posts, and waits until the job is listed: a Chronos may take it in a moment later. */
export async function post(
  api: ChronosApi,
  kind: "iso8601" | "dependency",
  job: { name: string; [field: string]: unknown },
) {
  const answer = await api.call("POST", kind, job);
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 204, body: "" });
  await waitFor(job.name, async () => (await api.get(`job/${job.name}`)).status === 200);
}

export function jobCalls(api: () => ChronosApi): void {
  const listed = async () => (await api().get("jobs")).body as Record<string, unknown>[];
  const find = async (name: string) => (await listed()).find((job) => job.name === name);

  test("POST iso8601: a job with nothing but its name and schedule has these fields", async () => {
    const name = `${prefix}plain`;
    await post(api(), "iso8601", { name, schedule: later });
    const job = (await api().get(`job/${name}`)).body;
    expect(job).toEqual({
      name,
      command: "",
      shell: true,
      executor: "",
      executorFlags: "",
      taskInfoData: "",
      retries: 2,
      owner: "",
      ownerName: "",
      description: "",
      successCount: 0,
      errorCount: 0,
      lastSuccess: "",
      lastError: "",
      cpus: 0.1,
      disk: 256,
      mem: 128,
      disabled: false,
      softError: false,
      dataProcessingJobType: false,
      errorsSinceLastSuccess: 0,
      fetch: [],
      uris: [],
      environmentVariables: [],
      arguments: [],
      highPriority: false,
      runAsUser: "root",
      concurrent: false,
      maxCompletionTime: 0,
      constraints: [],
      schedule: later,
      scheduleTimeZone: "",
    });
  });

  test("POST iso8601: everything that is said comes back, unknown fields and epsilon do not", async () => {
    const given = {
      name: `${prefix}full`,
      command: "/bin/backup.sh",
      shell: false,
      arguments: ["backup.sh", "-v"],
      schedule: later,
      scheduleTimeZone: "Europe/Berlin",
      owner: "ops@example.org",
      ownerName: "Ops",
      description: "nightly",
      retries: 3,
      cpus: 0.2,
      mem: 256,
      disk: 100,
      disabled: true,
      softError: true,
      concurrent: true,
      highPriority: true,
      dataProcessingJobType: true,
      maxCompletionTime: 60,
      runAsUser: "nobody",
      environmentVariables: [{ name: "LEVEL", value: "1" }],
      constraints: [
        ["rack", "EQUALS", "r1"],
        ["hostname", "LIKE", "slave-.*"],
      ],
      fetch: [{ uri: "http://h/a.tgz", executable: false, cache: true, extract: false, output_file: "b" }],
      container: {
        type: "DOCKER",
        image: "backup:1",
        network: "BRIDGE",
        networkInfos: [],
        volumes: [{ hostPath: "/mnt/gv0/b", containerPath: "/b", mode: "RW" }],
        forcePullImage: true,
        parameters: [{ key: "privileged", value: "true" }],
      },
    };
    await post(api(), "iso8601", { ...given, epsilon: "PT5M", nonsense: { a: [1] } });
    const { body } = await api().get(`job/${given.name}`);
    expect(body).toMatchObject(given);
    expect(body).not.toHaveProperty("epsilon");
    expect(body).not.toHaveProperty("nonsense");
  });

  test("POST iso8601 again replaces the whole job: what is not said falls back", async () => {
    const name = `${prefix}replaced`;
    await post(api(), "iso8601", { name, schedule: later, command: "a", owner: "x", successCount: 7 });
    expect(await api().job(name)).toMatchObject({ successCount: 7 });
    await post(api(), "iso8601", { name, schedule: later, command: "b" });
    expect(await api().job(name)).toMatchObject({ command: "b", owner: "", successCount: 0 });
  });

  test("POST dependency: a job after others; the other call turns it into a scheduled one, and back", async () => {
    const [parent, child] = [`${prefix}parent`, `${prefix}child`];
    await post(api(), "iso8601", { name: parent, schedule: later });
    await post(api(), "dependency", { name: child, parents: [parent], command: "true" });
    const job = await api().job(child);
    expect(job).toMatchObject({ parents: [parent] });
    expect(job).not.toHaveProperty("schedule");
    await post(api(), "iso8601", { name: child, schedule: later });
    expect(await api().job(child)).not.toHaveProperty("parents");
    await post(api(), "dependency", { name: child, parents: [parent] });
    expect(await api().job(child)).not.toHaveProperty("schedule");
  });

  test("GET jobs: uris and fetch stand in for each other", async () => {
    const [old, recent] = [`${prefix}uris`, `${prefix}fetch`];
    await post(api(), "iso8601", { name: old, schedule: later, uris: ["http://h/a"] });
    await post(api(), "iso8601", { name: recent, schedule: later, fetch: [{ uri: "http://h/b" }] });
    expect(await find(old)).toMatchObject({
      fetch: [{ uri: "http://h/a", executable: false, cache: false, extract: true }],
    });
    expect(await find(recent)).toMatchObject({ uris: ["http://h/b"] });
  });

  test("GET jobs/summary", async () => {
    const { status, body } = await api().get("jobs/summary");
    expect(status).toBe(200);
    const of = (name: string) => (body.jobs as { name: string }[]).find((job) => job.name === prefix + name);
    const states = { status: "fresh", state: "idle", disabled: false };
    expect(of("plain")).toEqual({ name: `${prefix}plain`, ...states, schedule: later, parents: [] });
    expect(of("child")).toEqual({ name: `${prefix}child`, ...states, schedule: "", parents: [`${prefix}parent`] });
  });

  test("GET jobs/search: parts of names and commands, whatever their case; limit and offset", async () => {
    const search = async (query: string) => {
      const { status, body } = await api().get(`jobs/search?${query}`);
      expect(status).toBe(200);
      return (body as { name: string }[]).map(({ name }) => name);
    };
    expect(await search(`name=${prefix}PLAIN`)).toEqual([`${prefix}plain`]);
    expect(await search(`name=${prefix}&command=BACKUP`)).toEqual([`${prefix}full`]);
    expect(await search(`name=nothing&any=${prefix}fu`)).toEqual([`${prefix}full`]);
    const all = await search(`name=${prefix}&limit=100`);
    expect(all.length).toBeGreaterThan(5);
    expect(await search(`name=${prefix}&limit=2&offset=1`)).toEqual(all.slice(1, 3));
  });

  test("GET graph/csv and graph/dot", async () => {
    const csv = await api().get("graph/csv");
    expect(csv.headers.get("content-type")).toContain("text/plain");
    expect(csv.body).toContain(`node,${prefix}plain,fresh,idle\n`);
    expect(csv.body).toContain(`link,${prefix}parent,${prefix}child\n`);
    const dot = await api().get("graph/dot");
    expect(dot.headers.get("content-type")).toContain("text/plain");
    expect(dot.body).toMatch(/^digraph G \{\n/);
    const number = (name: string) => new RegExp(`(\\d+) \\[ ?label="${prefix}${name}"`).exec(dot.body)?.[1];
    expect(dot.body).toContain(`${number("parent")} -> ${number("child")};`);
  });

  test("DELETE job: children get its parents, or its schedule", async () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => `${prefix}line-${name}`) as [string, string, string];
    await post(api(), "iso8601", { name: a, schedule: later });
    await post(api(), "dependency", { name: b, parents: [a] });
    await post(api(), "dependency", { name: c, parents: [b] });
    expect(await api().call("DELETE", `job/${b}`)).toMatchObject({ status: 204, body: "" });
    await waitFor("the new parents", async () => (await api().job(c)).parents?.join() === a);
    expect((await api().call("DELETE", `job/${a}`)).status).toBe(204);
    await waitFor("the schedule", async () => (await api().job(c)).schedule === later);
    expect((await api().get(`job/${a}`)).status).toBe(400);
  });
}
