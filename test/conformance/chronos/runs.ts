import type { ChronosApi } from "@drover/emulator/chronos/test/chronos-api";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { post } from "./jobs";
import { prefix } from "./target";

const small = { cpus: 0.1, mem: 32, disk: 1 };
const never = "R/2035-01-02T03:00:00.000Z/PT24H";
const once = "R1//PT24H";

export function runs(api: () => ChronosApi): void {
  const failed = (name: string, count: number) =>
    waitFor(
      `${count} errors of ${name}`,
      async () => {
        const job = await api().job(name);
        return job.errorCount >= count ? job : undefined;
      },
      30_000,
    );

  test("a job that is due runs, tells of it, and is disabled when no repetition is left", async () => {
    const name = `${prefix}once`;
    const command = 'test -n "$CHRONOS_JOB_RUN_TIME" && test "$CHRONOS_JOB_NAME:$LEVEL" = conformance-once:7';
    const environmentVariables = [{ name: "LEVEL", value: "7" }];
    await post(api(), "iso8601", { name, command, schedule: once, environmentVariables, ...small });
    const job = await api().succeeded(name, 1, 30_000);
    expect(job).toMatchObject({ successCount: 1, errorCount: 0, lastError: "", disabled: true });
    expect(job.lastSuccess).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(job.schedule).toMatch(/^R0\//);
    const stat = (await api().get(`job/stat/${name}`)).body;
    expect(Object.keys(stat.histogram).sort()).toEqual(
      ["75thPercentile", "95thPercentile", "98thPercentile", "99thPercentile", "count", "mean", "median"].sort(),
    );
    expect(stat.histogram.count).toBe(1);
    expect(Array.isArray(stat.taskStatHistory)).toBe(true);
    const { body } = await api().get("stats/99thPercentile");
    expect(body).toContainEqual({ jobNameLabel: name, time: expect.any(Number) });
    expect((await api().get("stats/nonsense")).body).toEqual([]);
    expect((await api().get("graph/csv")).body).toContain(`node,${name},success,idle`);
  });

  test("a manual run, with arguments behind the command, starts the children", async () => {
    const [parent, child] = [`${prefix}manual`, `${prefix}follows`];
    await post(api(), "iso8601", { name: parent, command: "test a-b =", schedule: never, retries: 0, ...small });
    await post(api(), "dependency", { name: child, command: "true", parents: [parent], ...small });
    expect(await api().call("PUT", `job/${parent}?arguments=a-b`)).toMatchObject({ status: 204, body: "" });
    await api().succeeded(parent, 1, 30_000);
    expect(await api().succeeded(child, 1, 30_000)).toMatchObject({ successCount: 1 });
  });

  test("a failure counts, and starts the children only when it is soft", async () => {
    const [hard, soft] = [`${prefix}hard`, `${prefix}soft`];
    for (const [name, softError] of [
      [hard, false],
      [soft, true],
    ] as const) {
      await post(api(), "iso8601", { name, command: "false", schedule: never, retries: 0, softError, ...small });
      await post(api(), "dependency", { name: `${name}-child`, command: "true", parents: [name], ...small });
    }
    await api().call("PUT", `job/${hard}`);
    expect(await failed(hard, 1)).toMatchObject({ errorCount: 1, errorsSinceLastSuccess: 1, successCount: 0 });
    await api().call("PUT", `job/${soft}`);
    await failed(soft, 1);
    await api().succeeded(`${soft}-child`, 1, 30_000);
    expect(await api().job(`${hard}-child`)).toMatchObject({ successCount: 0, lastSuccess: "" });
    expect((await api().get("graph/csv")).body).toContain(`node,${hard},failure,idle`);
  });

  test("PUT job/success forgets the errors and starts the children", async () => {
    const name = `${prefix}hard`;
    const { status, body } = await api().call("PUT", `job/success/${name}`);
    expect([status, body]).toEqual([200, `marked job ${name} as successful: true`]);
    expect(await api().job(name)).toMatchObject({ errorsSinceLastSuccess: 0, errorCount: 1, successCount: 1 });
    await api().succeeded(`${name}-child`, 1, 30_000);
    const unknown = await api().call("PUT", `job/success/${prefix}none`);
    expect(unknown.body).toBe(`marked job ${prefix}none as successful: false`);
  });

  test("one run at a time; DELETE task/kill ends it without an error", async () => {
    const name = `${prefix}endless`;
    await post(api(), "iso8601", { name, command: "sleep 1000", schedule: never, ...small });
    await api().call("PUT", `job/${name}`);
    await waitFor("its start", async () => (await api().state(name)) === "1 running", 30_000);
    await api().call("PUT", `job/${name}`);
    expect(await api().call("DELETE", `task/kill/${name}`)).toMatchObject({ status: 204, body: "" });
    await waitFor("its end", async () => (await api().state(name)) === "idle", 30_000);
    expect(await api().job(name)).toMatchObject({ successCount: 0, errorCount: 0, lastError: "" });
  });

  test("a disabled job does not run, by hand neither", async () => {
    const name = `${prefix}off`;
    await post(api(), "iso8601", { name, command: "true", schedule: once, disabled: true, ...small });
    expect((await api().call("PUT", `job/${name}`)).status).toBe(204);
    await post(api(), "iso8601", { name: `${prefix}on`, command: "true", schedule: once, ...small });
    await api().succeeded(`${prefix}on`, 1, 30_000);
    expect(await api().job(name)).toMatchObject({ successCount: 0, errorCount: 0 });
  });
}
