import { EventStream } from "@drover/lib/marathon/event-stream";
import type { MarathonEvent } from "@drover/lib/marathon/types";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, type MarathonApi, sleeper } from "./api";

/** The event stream. */
export function eventStream(api: () => MarathonApi): void {
  async function listen(types: string[]): Promise<{ events: MarathonEvent[]; close(): void }> {
    const events: MarathonEvent[] = [];
    let isOpen = false;
    const stream = new EventStream(
      { urls: [api().url], types, ...(api().credentials ? { credentials: api().credentials } : {}) },
      {
        onConnected: () => {
          isOpen = true;
        },
        onEvent: (event) => events.push(event),
        onDisconnected: () => {},
      },
    );
    await waitFor("the stream", () => isOpen);
    return { events, close: () => stream.close() };
  }

  test("the life of an app is told in order; only the types asked for arrive", async () => {
    const types = ["status_update_event", "deployment_success", "api_post_event", "app_terminated_event"];
    const { events, close } = await listen(types);
    const id = `${base}/told`;
    const app = { id, ...sleeper };
    const created = await api().call("POST", "/v2/apps", app);
    await api().finished(created.headers.get("marathon-deployment-id") ?? "");
    await api().remove(id);
    await waitFor(
      "the last event",
      () => events.filter(({ eventType }) => eventType === "deployment_success").length === 2,
    );
    close();
    const names = events.map(({ eventType, taskStatus }) => taskStatus ?? eventType);
    const expected = ["api_post_event", "TASK_RUNNING", "deployment_success", "TASK_KILLED", "app_terminated_event"];
    expect(names.filter((name) => expected.includes(String(name)))).toEqual([...expected, "deployment_success"]);
    expect(new Set(events.map(({ eventType }) => eventType))).toEqual(new Set(types));
    for (const { timestamp } of events) expect(Number.isNaN(Date.parse(timestamp))).toBe(false);
    expect(events.find(({ taskStatus }) => taskStatus === "TASK_RUNNING")).toMatchObject({
      appId: id,
      slaveId: expect.stringMatching(/-S\d+$/),
      taskId: expect.stringMatching(/^conformance_told\./),
      host: expect.any(String),
      ports: [expect.any(Number)],
      version: created.body.version,
      ipAddresses: expect.any(Array),
    });
    expect(events.find(({ eventType }) => eventType === "api_post_event")).toMatchObject({
      clientIp: expect.any(String),
      uri: "/v2/apps",
      appDefinition: { id },
    });
  });

  test("deployments tell their plan and their steps; instances their conditions", async () => {
    const { events, close } = await listen(["deployment_info", "deployment_step_success", "instance_changed_event"]);
    const id = `${base}/planned`;
    await api().run({ id, ...sleeper });
    await waitFor(
      "two steps",
      () => events.filter(({ eventType }) => eventType === "deployment_step_success").length === 2,
    );
    close();
    const [info] = events.filter(({ eventType }) => eventType === "deployment_info");
    expect(info).toMatchObject({
      plan: { id: expect.any(String), version: expect.any(String), steps: expect.any(Array) },
      currentStep: { actions: [{ action: "StartApplication", app: id }] },
    });
    const conditions = events.flatMap(({ condition }) => condition ?? []);
    expect(conditions[0]).toMatch(/Provisioned|Created|Scheduled/);
    expect(conditions.at(-1)).toBe("Running");
  });

  test("a change that is refused is told, and a deployment that is stopped with the step it was at", async () => {
    const { events, close } = await listen(["group_change_failed", "deployment_step_failure", "deployment_failed"]);
    const id = `${base}/stopped`;
    const { headers } = await api().call("POST", "/v2/apps", { id, ...sleeper, cpus: 10_000 });
    expect((await api().call("POST", "/v2/apps", { id, ...sleeper })).status).toBe(409);
    const deploymentId = headers.get("marathon-deployment-id");
    await api().call("DELETE", `/v2/deployments/${deploymentId}?force=true`);
    await waitFor("the events", () => events.length === 3);
    close();
    expect(events).toMatchObject([
      { eventType: "group_change_failed", groupId: "/", reason: expect.stringContaining(id) },
      { eventType: "deployment_step_failure", plan: { id: deploymentId }, currentStep: { actions: [{ app: id }] } },
      { eventType: "deployment_failed", id: deploymentId },
    ]);
  });

  test("the stream is text/event-stream with a space after each colon", async () => {
    const attempt = new AbortController();
    const answer = await fetch(`${api().url}/v2/events?event_type=event_stream_attached`, {
      headers: { Accept: "text/event-stream", ...api().authorization },
      signal: attempt.signal,
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      expect.stringMatching(/^text\/event-stream/),
    ]);
    const reader = answer.body?.getReader();
    let text = "";
    while (!/\r?\n\r?\n/.test(text.trimStart())) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) break;
      text += Buffer.from(value).toString("utf8");
    }
    expect(text.trimStart()).toMatch(/^event: event_stream_attached\r?\ndata: \{.*"remoteAddress":.*\}\r?\n\r?\n/);
    attempt.abort();
  });

  test("a health check that is added is told", async () => {
    const { events, close } = await listen(["add_health_check_event"]);
    const healthChecks = [{ protocol: "TCP", portIndex: 0 }];
    const { body } = await api().call("PUT", `/v2/apps${base}/checked`, { ...sleeper, instances: 0, healthChecks });
    await api().finished(body.deploymentId);
    await waitFor("the event", () => events.length === 1);
    close();
    expect(events[0]).toMatchObject({
      appId: `${base}/checked`,
      version: body.version,
      healthCheck: { protocol: "TCP" },
    });
  });
}
