import type { Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, deployment, idsOf, type MarathonApi, sleeper } from "./api";

/** Tasks: what they look like, and how they are ended. */
export function taskCalls(api: () => MarathonApi): void {
  const id = `${base}/tasks/of-one`;
  const path = `/v2/apps${id}/tasks`;

  test("a task carries what load balancers and dashboards read", async () => {
    const portDefinitions = [{ port: 0, name: "a" }, { port: 0 }];
    const [task] = await api().run({ id, ...sleeper, portDefinitions });
    const app = await api().app(id);
    expect(task).toMatchObject({
      id: expect.stringMatching(/^conformance_tasks_of-one\.[-0-9a-z._]+$/),
      appId: id,
      host: expect.any(String),
      ports: [expect.any(Number), expect.any(Number)],
      servicePorts: app.portDefinitions.map(({ port }: Json) => port),
      slaveId: expect.stringMatching(/-S\d+$/),
      state: "TASK_RUNNING",
      stagedAt: deployment.version,
      startedAt: deployment.version,
      version: app.version,
      ipAddresses: expect.any(Array),
    });
    expect(task).not.toHaveProperty("healthCheckResults");
  });

  test("GET /v2/tasks lists all, by status and as text", async () => {
    const own = ({ appId }: Json) => appId === id;
    expect((await api().get("/v2/tasks")).body.tasks.filter(own)).toHaveLength(1);
    expect((await api().get("/v2/tasks?status=running")).body.tasks.filter(own)).toHaveLength(1);
    expect((await api().get("/v2/tasks?status=staging")).body.tasks.filter(own)).toHaveLength(0);
    expect((await api().get(`/v2/apps${base}/tasks/*/tasks`)).body.tasks).toHaveLength(1);
    const text = await api().get(path, { Accept: "text/plain" });
    // Marathon 1.10 has it behind a deprecated feature.
    expect([200, 406]).toContain(text.status);
    if (text.status === 200) {
      const [task] = await api().running(id);
      const lines = task.ports.map(
        (port: number, index: number) =>
          `conformance_tasks_of-one\t${task.servicePorts[index]}\t${task.host}:${port}\t\n`,
      );
      expect(text.body).toBe(lines.join(""));
    }
  });

  test("DELETE of one task gives it back; another takes its place", async () => {
    const [task] = await api().running(id);
    const { status, body } = await api().call("DELETE", `${path}/${task.id}`);
    expect([status, body.task?.id]).toEqual([200, task.id]);
    const [next] = await replacement([task.id], 1);
    expect(next.id).not.toBe(task.id);
    const unknown = await api().call("DELETE", `${path}/${task.id}`);
    expect(unknown.status).toBe(404);
    expect(unknown.body.message).toContain(task.id);
  });

  test("DELETE of an app's tasks, of one host only or all", async () => {
    const before = idsOf(await api().run({ id, ...sleeper, instances: 2 }));
    expect((await api().call("DELETE", `${path}?host=no-such-host`)).body).toEqual({ tasks: [] });
    const { status, body } = await api().call("DELETE", path);
    expect([status, idsOf(body.tasks)]).toEqual([200, before]);
    await replacement(before, 2);
  });

  test("with scale=true the app has that many instances less afterwards", async () => {
    const [first, second] = await api().running(id);
    const one = await api().call("DELETE", `${path}/${first.id}?scale=true`);
    expect([one.status, one.body]).toEqual([200, deployment]);
    await api().finished(one.body.deploymentId);
    expect([(await api().app(id)).instances, idsOf(await api().running(id))]).toEqual([1, [second.id]]);
    const rest = await api().call("DELETE", `${path}?scale=True`);
    await api().finished(rest.body.deploymentId);
    expect((await api().app(id)).instances).toBe(0);
  });

  test("POST /v2/tasks/delete takes tasks of several apps; unknown ids are passed over", async () => {
    const other = `${base}/tasks/of-two`;
    const [[one], [two]] = await Promise.all([api().run({ id, ...sleeper }), api().run({ id: other, ...sleeper })]);
    const ids = [one.id, two.id, "conformance_none.instance-0._app.1"];
    const { status, body } = await api().call("POST", "/v2/tasks/delete", { ids });
    expect([status, idsOf(body.tasks)]).toEqual([200, [one.id, two.id].sort()]);
    await replacement([one.id], 1);
    const [last] = await replacement([two.id], 1, other);
    const scaled = await api().call("POST", "/v2/tasks/delete?scale=true", { ids: [last.id] });
    expect([scaled.status, scaled.body]).toEqual([200, deployment]);
    await api().finished(scaled.body.deploymentId);
  });

  test("scale and wipe together contradict each other", async () => {
    const { status, body } = await api().call("DELETE", `${path}?scale=true&wipe=true`);
    expect([status, body]).toEqual([400, { message: expect.stringMatching(/scale and wipe/) }]);
    expect((await api().call("POST", "/v2/tasks/delete", { ids: "x" })).status).toBeGreaterThanOrEqual(400);
  });

  function replacement(old: string[], count: number, app = id): Promise<Json[]> {
    return waitFor("new tasks", async () => {
      const tasks = await api().running(app);
      return tasks.length === count && !tasks.some((task) => old.includes(task.id)) ? tasks : undefined;
    });
  }
}
