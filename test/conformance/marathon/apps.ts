import type { Json } from "@drover/emulator/framework/test/call-json";
import { expect, test } from "vitest";
import { base, deployment, idsOf, type MarathonApi, sleeper } from "./api";

/** The life of an app, call by call. */
export function appCalls(api: () => MarathonApi): void {
  test("POST creates, 201 with the app, its place and the deployment; a second POST is 409", async () => {
    const app = { id: `${base}/post`, ...sleeper };
    const { status, headers, body } = await api().call("POST", "/v2/apps", app);
    expect(status).toBe(201);
    expect(headers.get("location")).toMatch(new RegExp(`/v2/apps/?${app.id}$`));
    expect(body).toMatchObject({ ...app, tasksStaged: 0, tasksRunning: 0, tasksHealthy: 0, tasksUnhealthy: 0 });
    expect(body.deployments).toEqual([{ id: headers.get("marathon-deployment-id") }]);
    expect(body.version).toEqual(deployment.version);
    await api().finished(body.deployments[0].id);
    const again = await api().call("POST", "/v2/apps", app);
    expect(again.status).toBe(409);
    expect(again.body).toEqual({ message: `An app with id [${app.id}] already exists.` });
    await api().remove(app.id);
    expect((await api().get(`/v2/apps${app.id}`)).status).toBe(404);
  });

  test("GET of one app shows counts, tasks and deployments; GET of many filters by id, cmd and label", async () => {
    const labels = { tier: "front", team: "red" };
    const [one, two] = [`${base}/list/one`, `${base}/list/two`];
    await Promise.all([
      api().run({ id: one, ...sleeper, labels }),
      api().run({ id: two, ...sleeper, cmd: "sleep 1001", labels: { tier: "back" } }),
    ]);
    const app = await api().app(one);
    expect(app).toMatchObject({ tasksRunning: 1, tasksStaged: 0, deployments: [], labels });
    expect(app.tasks).toHaveLength(1);
    const idsBy = async (query: string) =>
      (await api().get(`/v2/apps?id=${base}/list&${query}`)).body.apps.map(({ id }: Json) => id).sort();
    expect(await idsBy("")).toEqual([one, two]);
    expect(await idsBy("cmd=sleep%201001")).toEqual([two]);
    expect(await idsBy("label=tier==front")).toEqual([one]);
    expect(await idsBy("label=tier!=front")).toEqual([two]);
    expect(await idsBy("label=tier%20in%20(back,front),team")).toEqual([one]);
    expect(await idsBy("label=tier%20notin%20(front)")).toEqual([two]);
    const plain = (await api().get(`/v2/apps?id=${one}`)).body.apps[0];
    expect(plain).not.toHaveProperty("tasks");
    const embedded = (await api().get(`/v2/apps?id=${one}&embed=apps.tasks&embed=apps.taskStats`)).body.apps[0];
    expect(embedded.tasks).toHaveLength(1);
    expect(embedded.taskStats.totalSummary.stats.counts).toMatchObject({ running: 1, staged: 0 });
    expect((await api().get(`/v2/apps${base}/list/*`)).body["*"]).toHaveLength(2);
    expect((await api().get("/v2/apps?label=a%20b%20c")).status).toBe(400);
  });

  test("PUT creates with 201, updates with 200; what a partial update leaves out stays", async () => {
    const id = `${base}/put`;
    const created = await api().call("PUT", `/v2/apps${id}`, { ...sleeper, env: { A: "1" }, labels: { l: "1" } });
    expect([created.status, created.body]).toEqual([201, deployment]);
    await api().finished(created.body.deploymentId);
    const updated = await api().call("PUT", `/v2/apps${id}`, { labels: { l: "2" } });
    expect([updated.status, updated.body]).toEqual([200, deployment]);
    expect(updated.headers.get("marathon-deployment-id")).toBe(updated.body.deploymentId);
    await api().finished(updated.body.deploymentId);
    expect(await api().app(id)).toMatchObject({ env: { A: "1" }, labels: { l: "2" }, version: updated.body.version });
    const replaced = await api().call("PUT", `/v2/apps${id}?partialUpdate=false`, { ...sleeper });
    await api().finished(replaced.body.deploymentId);
    expect(await api().app(id)).toMatchObject({ env: {}, labels: {} });
  });

  test("PATCH updates but never creates; an array changes several apps in one deployment", async () => {
    const id = `${base}/put`;
    const patched = await api().call("PATCH", `/v2/apps${id}`, { env: { B: "2" } });
    expect([patched.status, patched.body]).toEqual([200, deployment]);
    await api().finished(patched.body.deploymentId);
    expect((await api().app(id)).env).toEqual({ B: "2" });
    expect((await api().call("PATCH", `/v2/apps${base}/none`, { cmd: "x" })).status).toBe(404);
    const many = await api().call("PUT", "/v2/apps", [
      { id, instances: 0 },
      { id: `${base}/many`, ...sleeper, instances: 0 },
    ]);
    expect([many.status, many.body]).toEqual([200, deployment]);
    await api().finished(many.body.deploymentId);
    expect((await api().app(id)).instances).toBe(0);
    expect((await api().app(`${base}/many`)).instances).toBe(0);
  });

  test("versions are listed newest first; PUT of a version alone goes back to it", async () => {
    const id = `${base}/versioned`;
    await api().run({ id, ...sleeper, instances: 0, env: { N: "1" } });
    await api().run({ id, ...sleeper, instances: 0, env: { N: "2" } });
    const { versions } = (await api().get(`/v2/apps${id}/versions`)).body;
    expect(versions).toHaveLength(2);
    expect([...versions].sort().reverse()).toEqual(versions);
    const first = await api().get(`/v2/apps${id}/versions/${versions[1]}`);
    expect(first.body).toMatchObject({ id, env: { N: "1" }, version: versions[1] });
    expect((await api().get(`/v2/apps${id}/versions/2015-01-01T00:00:00.000Z`)).status).toBe(404);
    const mixed = await api().call("PUT", `/v2/apps${id}`, { version: versions[1], cmd: "x" });
    expect(mixed.status).toBe(422);
    const back = await api().call("PUT", `/v2/apps${id}`, { version: versions[1] });
    expect([back.status, back.body]).toEqual([200, deployment]);
    await api().finished(back.body.deploymentId);
    expect(await api().app(id)).toMatchObject({ env: { N: "1" }, version: back.body.version });
    expect((await api().app(id)).versionInfo).toEqual({
      lastScalingAt: back.body.version,
      lastConfigChangeAt: back.body.version,
    });
  });

  test("scaling keeps what runs; a restart replaces every task", async () => {
    const id = `${base}/scale`;
    const [oldest] = await api().run({ id, ...sleeper });
    const three = await api().run({ id, ...sleeper, instances: 3 });
    expect(idsOf(three)).toContain(oldest.id);
    expect(new Set(three.map(({ version }) => version)).size).toBe(2);
    expect(idsOf(await api().run({ id, ...sleeper, instances: 1 }))).toEqual([oldest.id]);
    const restart = await api().call("POST", `/v2/apps${id}/restart`);
    expect([restart.status, restart.body]).toEqual([200, deployment]);
    await api().finished(restart.body.deploymentId);
    const [fresh] = await api().running(id);
    expect(fresh.id).not.toBe(oldest.id);
    expect(fresh.version).toBe(restart.body.version);
    expect((await api().call("POST", `/v2/apps${base}/none/restart`)).status).toBe(404);
  });

  test("OLDEST_FIRST gives up the oldest when it shrinks", async () => {
    const app = { id: `${base}/oldest`, ...sleeper, killSelection: "OLDEST_FIRST" };
    const [oldest] = await api().run(app);
    await api().run({ ...app, instances: 2 });
    expect(idsOf(await api().run({ ...app, instances: 1 }))).not.toContain(oldest.id);
  });

  test("DELETE answers with the deployment that stops the app, and forces by default", async () => {
    const id = `${base}/delete`;
    const stuck = await api().call("POST", "/v2/apps", { id, ...sleeper, cpus: 10_000 });
    expect((await api().call("DELETE", `/v2/apps${id}?force=false`)).status).toBe(409);
    const { status, body } = await api().call("DELETE", `/v2/apps${id}`);
    expect([stuck.status, status, body]).toEqual([201, 200, deployment]);
    await api().finished(body.deploymentId);
    expect((await api().call("DELETE", `/v2/apps${id}`)).status).toBe(404);
  });
}
