import { expect, test } from "vitest";
import type { MarathonApi } from "./api";

/** Calls that concern the installation. */
export function systemCalls(api: () => MarathonApi): void {
  test("GET /ping answers pong, HEAD without a body", async () => {
    const { status, body } = await api().get("/ping");
    expect([status, body.trim()]).toEqual([200, "pong"]);
    expect((await api().get("/ping?from=monitor")).status).toBe(200);
    const head = await api().call("HEAD", "/ping");
    expect([200, 204]).toContain(head.status);
  });

  test("GET /v2/info names the framework, the leader and the configuration", async () => {
    const { status, body } = await api().get("/v2/info");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+/),
      elected: expect.any(Boolean),
      leader: expect.stringMatching(/:\d+$/),
      frameworkId: expect.any(String),
      marathon_config: {
        master: expect.any(String),
        failover_timeout: expect.any(Number),
        ha: expect.any(Boolean),
        checkpoint: expect.any(Boolean),
        local_port_min: expect.any(Number),
        local_port_max: expect.any(Number),
        hostname: expect.any(String),
        mesos_role: expect.any(String),
        task_launch_timeout: expect.any(Number),
      },
      zookeeper_config: { zk: expect.stringMatching(/^zk:/), zk_timeout: expect.any(Number) },
      http_config: { http_port: expect.any(Number), https_port: expect.any(Number) },
    });
  });

  test("GET /v2/leader names who leads, as every answer's header does", async () => {
    const { status, body, headers } = await api().get("/v2/leader");
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["leader"]);
    expect(headers.get("x-marathon-leader")).toMatch(new RegExp(`^https?://${body.leader}$`));
  });

  test("GET /metrics gives gauges, /metrics/prometheus the same as text", async () => {
    const { status, body } = await api().get("/metrics");
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: expect.any(String), gauges: expect.any(Object) });
    const prometheus = await api().get("/metrics/prometheus");
    expect([200, 404]).toContain(prometheus.status);
    if (prometheus.status === 200) expect(prometheus.body).toMatch(/^[a-z_]+(\{.*\})? [-0-9.eE+]+$/m);
  });

  test("GET /help, /logging and /config tell of the instance itself", async () => {
    for (const path of ["/help", "/logging", "/config"]) {
      expect([path, (await api().get(path)).status]).toEqual([path, 200]);
    }
  });

  test("GET / leads to the page; GET /v2/plugins lists none", async () => {
    const { status, headers } = await api().get("/");
    expect([status, headers.get("location")]).toEqual([302, expect.stringMatching(/\/ui\/$/)]);
    expect((await api().get("/v2/plugins")).body).toEqual({ plugins: [] });
  });

  test("a path that does not exist is 404, a method that is not there 405", async () => {
    expect((await api().get("/v2/nothing")).status).toBe(404);
    expect((await api().call("POST", "/v2/info", {})).status).toBe(405);
  });
}
