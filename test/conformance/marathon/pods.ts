import type { Json } from "@drover/emulator/framework/test/call-json";
import { waitFor } from "@drover/lib/test/wait";
import { expect, test } from "vitest";
import { base, deployment, type MarathonApi } from "./api";

/** Pods: several containers that start and end together. */
export function podCalls(api: () => MarathonApi): void {
  const id = `${base}/pod`;
  const container = (name: string) => ({
    name,
    resources: { cpus: 0.05, mem: 32 },
    exec: { command: { shell: "sleep 1000" } },
  });
  const pod = {
    id,
    containers: [{ ...container("web"), endpoints: [{ name: "http", hostPort: 0 }] }, container("side")],
    networks: [{ mode: "host" }],
    scaling: { kind: "fixed", instances: 1 },
  };
  const status = async (): Promise<Json> => (await api().get(`/v2/pods${id}::status`)).body;
  const done = async (headers: Headers) => api().finished(headers.get("marathon-deployment-id") ?? "");

  test("HEAD tells that there are pods; POST creates one, 201 with its defaults", async () => {
    expect((await api().call("HEAD", "/v2/pods")).status).toBe(200);
    const { status: code, headers, body } = await api().call("POST", "/v2/pods", pod);
    expect(code, JSON.stringify(body)).toBe(201);
    expect(headers.get("location")).toMatch(new RegExp(`${id}$`));
    expect(body).toMatchObject({
      id,
      version: deployment.version,
      executorResources: { cpus: 0.1, mem: 32, disk: 10 },
      scaling: { kind: "fixed", instances: 1 },
      scheduling: {
        backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
        killSelection: "YOUNGEST_FIRST",
        upgrade: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      },
      containers: [{ name: "web" }, { name: "side" }],
    });
    await done(headers);
    expect((await api().call("POST", "/v2/pods", pod)).status).toBe(409);
  });

  test("its status tells of instances, containers and ports", async () => {
    const stable = await waitFor("a stable pod", async () => {
      const body = await status();
      return body.status === "STABLE" ? body : undefined;
    });
    expect(stable).toMatchObject({ id, spec: { id }, statusSince: deployment.version });
    expect(stable.instances).toHaveLength(1);
    const [instance] = stable.instances;
    expect(instance).toMatchObject({
      id: expect.stringMatching(/^conformance_pod\.instance-/),
      status: "STABLE",
      agentHostname: expect.any(String),
      agentId: expect.stringMatching(/-S\d+$/),
      resources: { cpus: 0.2, mem: 96, disk: 10 },
      specReference: `/v2/pods${id}::versions/${stable.spec.version}`,
    });
    expect(instance.containers).toMatchObject([
      { name: "web", status: "TASK_RUNNING", endpoints: [{ name: "http", allocatedHostPort: expect.any(Number) }] },
      { name: "side", status: "TASK_RUNNING", endpoints: [] },
    ]);
    expect((await api().get(`/v2/pods${id}::instances/${instance.id}`)).body.id).toBe(instance.id);
    expect((await api().get(`/v2/pods${id}::instances/none`)).status).toBe(404);
    const all = (await api().get("/v2/pods::status")).body;
    expect(all.map((each: Json) => each.id)).toContain(id);
    expect((await api().get("/v2/pods")).body.map((each: Json) => each.id)).toContain(id);
    expect((await api().get(`/v2/groups${base}`)).body.pods.map((each: Json) => each.id)).toContain(id);
  });

  test("PUT scales without a restart, changes with one; versions are kept", async () => {
    const [first] = (await status()).instances;
    const scaled = await api().call("PUT", `/v2/pods${id}`, { ...pod, scaling: { kind: "fixed", instances: 2 } });
    expect([scaled.status, scaled.body.scaling.instances]).toEqual([200, 2]);
    await done(scaled.headers);
    const two = (await status()).instances.map((each: Json) => each.id);
    expect(two).toHaveLength(2);
    expect(two).toContain(first.id);
    const changed = await api().call("PUT", `/v2/pods${id}`, { ...pod, environment: { NEW: "1" } });
    await done(changed.headers);
    const after = (await status()).instances.map((each: Json) => each.id);
    expect(after).toHaveLength(1);
    expect(two).not.toContain(after[0]);
    const versions = (await api().get(`/v2/pods${id}::versions`)).body;
    expect(versions).toHaveLength(3);
    const former = await api().get(`/v2/pods${id}::versions/${scaled.body.version}`);
    expect(former.body.environment).toEqual({});
    expect((await api().call("PUT", `/v2/pods${base}/none`, { ...pod, id: `${base}/none` })).status).toBe(404);
  });

  test("an instance that is killed is replaced", async () => {
    const [instance] = (await status()).instances;
    const killed = await api().call("DELETE", `/v2/pods${id}::instances/${instance.id}`);
    expect([killed.status, killed.body.id]).toEqual([200, instance.id]);
    await waitFor("another instance", async () => {
      const body = await status();
      return body.status === "STABLE" && body.instances[0].id !== instance.id;
    });
  });

  test.each<[string, object, RegExp]>([
    ["no container", { containers: [] }, /containers/],
    ["equal names", { containers: [container("a"), container("a")] }, /unique/],
    [
      "an endpoint's port in host networking",
      { containers: [{ ...container("a"), endpoints: [{ name: "e", containerPort: 80 }] }] },
      /is not allowed when using host-mode networking/,
    ],
    [
      "a mount of no volume",
      { containers: [{ ...container("a"), volumeMounts: [{ name: "v", mountPath: "m" }] }] },
      /Referenced Volume in VolumeMount should exist/,
    ],
    ["a secret", { secrets: { a: { source: "b" } } }, /secrets/],
    ["a wrong id", { id: "/UPPER" }, /must fully match regular expression/],
  ])("refused: %s", async (_name, fields, message) => {
    const { status: code, body } = await api().call("POST", "/v2/pods", { ...pod, id: `${base}/wrong`, ...fields });
    expect(code).toBe(422);
    expect(JSON.stringify(body)).toMatch(message);
  });

  test("DELETE answers 202 with the deployment", async () => {
    const { status: code, headers } = await api().call("DELETE", `/v2/pods${id}`);
    expect(code).toBe(202);
    await done(headers);
    const gone = await api().get(`/v2/pods${id}`);
    expect([gone.status, gone.body.message]).toEqual([404, expect.stringContaining(id)]);
    expect((await api().get(`/v2/pods${id}::status`)).status).toBe(404);
  });
}
