import type { Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, type MarathonApi, sleeper } from "./api";

/** What waits for offers, and why. */
export function queueCalls(api: () => MarathonApi): void {
  const item = async (id: string): Promise<Json> =>
    (await api().get("/v2/queue")).body.queue.find(({ app }: Json) => app?.id === id);
  const declined = (found: Json, reason: string): number =>
    found?.processedOffersSummary.rejectSummaryLaunchAttempt.find((each: Json) => each.reason === reason)?.declined ??
    0;

  test.each([
    ["InsufficientCpus", { cpus: 10_000 }],
    ["InsufficientMemory", { mem: 100_000_000 }],
    ["InsufficientDisk", { disk: 1_000_000_000 }],
    ["InsufficientPorts", { portDefinitions: [{ port: 1 }], requirePorts: true }],
    ["UnfulfilledConstraint", { constraints: [["hostname", "LIKE", "no-such-host"]] }],
  ])("%s", async (reason, fields) => {
    const id = `${base}/queued`;
    await api().call("PUT", `/v2/apps${id}?force=true&partialUpdate=false`, { ...sleeper, ...fields });
    const found = await waitFor(reason, async () => {
      const there = await item(id);
      return declined(there, reason) > 0 ? there : undefined;
    });
    expect(found).toMatchObject({
      count: 1,
      delay: { timeLeftSeconds: 0, overdue: true },
      since: expect.stringMatching(/Z$/),
      processedOffersSummary: {
        processedOffersCount: expect.any(Number),
        unusedOffersCount: expect.any(Number),
        lastUnusedOfferAt: expect.stringMatching(/Z$/),
      },
    });
    const order = found.processedOffersSummary.rejectSummaryLaunchAttempt.map((each: Json) => each.reason);
    expect(order).toEqual([
      ...["UnfulfilledRole", "UnfulfilledConstraint", "NoCorrespondingReservationFound", "AgentMaintenance"],
      ...["InsufficientCpus", "InsufficientMemory", "InsufficientDisk", "InsufficientGpus", "InsufficientPorts"],
      "DeclinedScarceResources",
    ]);
    await api().remove(id);
    expect(await item(id)).toBeUndefined();
  });

  test("embed=lastUnusedOffers shows the offers that did not fit", async () => {
    const id = `${base}/queued`;
    await api().call("POST", "/v2/apps", { id, ...sleeper, cpus: 10_000 });
    const [unused] = await waitFor("an unused offer", async () => {
      const { body } = await api().get("/v2/queue?embed=lastUnusedOffers");
      const offers = body.queue.find(({ app }: Json) => app.id === id)?.lastUnusedOffers;
      return offers?.length > 0 ? offers : undefined;
    });
    expect(unused).toMatchObject({
      offer: { id: expect.any(String), hostname: expect.any(String), resources: expect.any(Array) },
      timestamp: expect.stringMatching(/Z$/),
      reason: ["InsufficientCpus"],
    });
    await api().remove(id);
  });

  test("a task that fails delays the next one; DELETE of the delay lifts it", async () => {
    const id = `${base}/fails`;
    await api().call("POST", "/v2/apps", { id, ...sleeper, cmd: "exit 3", backoffSeconds: 60 });
    const delayed = await waitFor("the delay", async () => {
      const there = await item(id);
      return there?.delay.timeLeftSeconds > 30 ? there : undefined;
    });
    expect(delayed.delay.overdue).toBe(false);
    expect((await api().app(id)).lastTaskFailure).toMatchObject({ appId: id, state: "TASK_FAILED" });
    expect((await api().call("DELETE", `/v2/queue${id}/delay`)).status).toBe(204);
    expect((await api().call("DELETE", `/v2/queue${base}/none/delay`)).status).toBe(404);
    await api().remove(id);
  });
}
