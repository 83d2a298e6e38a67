import type { Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, deployment, type MarathonApi, sleeper } from "./api";

/** Deployments: what they show, how they lock, how they are undone. */
export function deploymentCalls(api: () => MarathonApi): void {
  const id = `${base}/deployed`;
  const tooLarge = { cpus: 10_000 };
  const of = async (deploymentId: string): Promise<Json> =>
    (await api().get("/v2/deployments")).body.find((each: Json) => each.id === deploymentId);

  test("a deployment under way tells its steps and where it is", async () => {
    await api().run({ id, ...sleeper });
    const update = await api().call("PUT", `/v2/apps${id}`, tooLarge);
    const shown = await waitFor("the deployment", () => of(update.body.deploymentId));
    expect(shown).toMatchObject({
      id: update.body.deploymentId,
      version: update.body.version,
      affectedApps: [id],
      affectedPods: [],
      steps: [{ actions: [{ action: "RestartApplication", app: id }] }],
      currentActions: [{ action: "RestartApplication", app: id, readinessCheckResults: [] }],
      currentStep: 1,
      totalSteps: 1,
    });
    expect((await api().app(id)).deployments).toEqual([{ id: update.body.deploymentId }]);
  });

  test("its app is locked: 409 with the deployment, unless forced", async () => {
    const [locking] = (await api().app(id)).deployments;
    const locked = await api().call("PUT", `/v2/apps${id}`, { instances: 2 });
    expect([locked.status, locked.body]).toEqual([
      409,
      { message: expect.stringMatching(/^App is locked by one or more deployments\./), deployments: [locking] },
    ]);
    const forced = await api().call("PUT", `/v2/apps${id}?force=true`, { instances: 2, cpus: 10_001 });
    expect([forced.status, forced.body]).toEqual([200, deployment]);
    expect(await of(locking.id)).toBeUndefined();
  });

  test("DELETE rolls back to what was before; with force it only stops", async () => {
    const [{ id: current }] = (await api().app(id)).deployments;
    const stopped = await api().call("DELETE", `/v2/deployments/${current}?force=true`);
    expect(stopped.status).toBe(202);
    expect(await of(current)).toBeUndefined();
    expect((await api().app(id)).cpus).toBe(10_001);
    await api().run({ id, ...sleeper, env: { STATE: "good" } });
    const [task] = await api().running(id);
    const bad = await api().call("PUT", `/v2/apps${id}`, tooLarge);
    const back = await api().call("DELETE", `/v2/deployments/${bad.body.deploymentId}`);
    expect([back.status, back.body]).toEqual([200, deployment]);
    await api().finished(back.body.deploymentId);
    expect(await api().app(id)).toMatchObject({ cpus: sleeper.cpus, env: { STATE: "good" } });
    expect((await api().running(id)).map((each) => each.id)).toEqual([task.id]);
    const unknown = await api().call("DELETE", "/v2/deployments/no-such-deployment");
    expect([unknown.status, unknown.body.message]).toEqual([404, expect.stringContaining("no-such-deployment")]);
  });

  test("rolling back the deployment that created an app removes it", async () => {
    const fresh = `${base}/never`;
    const created = await api().call("POST", "/v2/apps", { id: fresh, ...sleeper, ...tooLarge });
    const back = await api().call("DELETE", `/v2/deployments/${created.headers.get("marathon-deployment-id")}`);
    await api().finished(back.body.deploymentId);
    expect((await api().get(`/v2/apps${fresh}`)).status).toBe(404);
  });

  test("a rolling upgrade keeps enough tasks and never has too many", async () => {
    const app = { id: `${base}/rolling`, ...sleeper, instances: 4 };
    await api().run({ ...app, upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0.25 } });
    const update = await api().call("PUT", `/v2/apps${app.id}`, { env: { NEW: "1" } });
    let [fewest, most] = [4, 0];
    await waitFor("the end of the upgrade", async () => {
      const { body } = await api().get(`/v2/apps${app.id}`);
      const live = body.app.tasks.filter(({ state }: Json) => state !== "TASK_KILLING").length;
      fewest = Math.min(fewest, body.app.tasksRunning);
      most = Math.max(most, live);
      return body.app.deployments.length === 0;
    });
    expect(fewest).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThanOrEqual(5);
    const tasks = await api().running(app.id);
    expect(tasks.map(({ version }) => version)).toEqual(Array(4).fill(update.body.version));
  });
}
