import type { Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, type MarathonApi, small } from "./api";

/** Apps with persistent volumes; the Marathon under test has to have a role of its own. */
export function persistentVolumes(api: () => MarathonApi): void {
  const app = {
    id: `${base}/resident`,
    cmd: "date >> data/starts && sleep 1000",
    ...small,
    container: { type: "MESOS", volumes: [{ containerPath: "data", mode: "RW", persistent: { size: 16 } }] },
  };
  const volumeOf = (task: Json): string => task.localVolumes[0].persistenceId;

  test("a task gets a volume, and residency is what the app has", async () => {
    const [task] = await api().run(app);
    expect(task.localVolumes).toMatchObject([
      { containerPath: "data", persistenceId: expect.stringMatching(/^conformance#resident#data#/) },
    ]);
    expect(await api().app(app.id)).toMatchObject({
      residency: { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: "WAIT_FOREVER" },
      unreachableStrategy: "disabled",
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    });
  });

  test("the next task, killed or of a new version, finds the volume of the last", async () => {
    const [first] = await api().running(app.id);
    await api().call("DELETE", `/v2/apps${app.id}/tasks/${first.id}`);
    const [second] = await another(first.id);
    expect(volumeOf(second)).toBe(volumeOf(first));
    const [third] = await api().run({ ...app, env: { NEW: "1" } });
    expect(third.id).not.toBe(second.id);
    expect(volumeOf(third)).toBe(volumeOf(first));
  });

  test("with wipe=true the volume goes with the task", async () => {
    const [task] = await api().running(app.id);
    await api().call("DELETE", `/v2/apps${app.id}/tasks/${task.id}?wipe=true`);
    const [next] = await another(task.id);
    expect(volumeOf(next)).not.toBe(volumeOf(task));
  });

  test("what is reserved cannot change with the app", async () => {
    const change = await api().call("PUT", `/v2/apps${app.id}`, { mem: 64 });
    expect([change.status, JSON.stringify(change.body)]).toEqual([
      422,
      expect.stringMatching(/Resident Tasks may not change resource requirements!/),
    ]);
    const over = await api().call("PUT", `/v2/apps${app.id}`, { upgradeStrategy: { maximumOverCapacity: 1 } });
    expect(over.status).toBe(422);
    await api().remove(app.id);
  });

  function another(old: string): Promise<Json[]> {
    return waitFor(
      "another task",
      async () => {
        const tasks = await api().running(app.id);
        return tasks.length === 1 && tasks[0].id !== old ? tasks : undefined;
      },
      20_000,
    );
  }
}
