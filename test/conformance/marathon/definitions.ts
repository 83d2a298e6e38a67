import type { Json } from "@drover/emulator/framework/test/call-json";
import { expect, test } from "vitest";
import { base, type MarathonApi, sleeper } from "./api";

/** What becomes of a posted definition: defaults, both networking forms, service ports. */
export function definitions(api: () => MarathonApi): void {
  async function post(fields: object): Promise<Json> {
    const id = `${base}/defined`;
    const path = `/v2/apps${id}?partialUpdate=false`;
    const { status, body } = await api().call("PUT", path, { ...sleeper, ...fields, instances: 0 });
    expect([200, 201], JSON.stringify(body)).toContain(status);
    await api().finished(body.deploymentId);
    return api().app(id);
  }
  const docker = { type: "DOCKER", docker: { image: "debian:bookworm-slim" } };

  test("defaults are filled in", async () => {
    const app = await post({ cpus: undefined, mem: undefined });
    expect(app).toMatchObject({
      ...{ cpus: 1, mem: 128, disk: 0, gpus: 0, executor: "", env: {}, labels: {}, constraints: [], fetch: [] },
      ...{ backoffSeconds: 1, backoffFactor: 1.15, maxLaunchDelaySeconds: 300, requirePorts: false },
      ...{ dependencies: [], healthChecks: [], readinessChecks: [], killSelection: "YOUNGEST_FIRST" },
      networks: [{ mode: "host" }],
      portDefinitions: [{ port: expect.any(Number), name: "default", protocol: "tcp" }],
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
    });
    expect(app.portDefinitions[0].port).toBeGreaterThanOrEqual(10_000);
    for (const absent of ["container", "residency", "secrets", "tty", "check", "resourceLimits"]) {
      if (absent !== "secrets") expect(app[absent] ?? undefined).toBeUndefined();
    }
  });

  test("health and readiness checks get theirs", async () => {
    const app = await post({
      portDefinitions: [{ port: 0, name: "http-api" }],
      healthChecks: [
        { protocol: "HTTP", portIndex: 0 },
        { protocol: "MESOS_TCP", portIndex: 0 },
      ],
      readinessChecks: [{}],
    });
    expect(app.healthChecks).toMatchObject([
      {
        ...{ protocol: "HTTP", path: "/", portIndex: 0, ignoreHttp1xx: false, ipProtocol: "IPv4" },
        ...{ gracePeriodSeconds: 300, intervalSeconds: 60, timeoutSeconds: 20, maxConsecutiveFailures: 3 },
      },
      { protocol: "MESOS_TCP", portIndex: 0, delaySeconds: 15 },
    ]);
    expect(app.readinessChecks).toMatchObject([
      {
        ...{ name: "readinessCheck", protocol: "HTTP", path: "/", portName: "http-api" },
        ...{ intervalSeconds: 30, timeoutSeconds: 10, httpStatusCodesForReady: [200], preserveLastResponse: false },
      },
    ]);
  });

  test("the old network form is answered in the new one", async () => {
    const portMappings = [{ containerPort: 80, hostPort: 0, servicePort: 0 }];
    const bridge = await post({
      container: { ...docker, docker: { ...docker.docker, network: "BRIDGE", portMappings } },
    });
    expect(bridge).toMatchObject({
      networks: [{ mode: "container/bridge" }],
      container: {
        type: "DOCKER",
        docker: { image: "debian:bookworm-slim", privileged: false, forcePullImage: false, parameters: [] },
        volumes: [],
        portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp", servicePort: expect.any(Number) }],
      },
    });
    expect(bridge.container.docker).not.toHaveProperty("network");
    expect(bridge).not.toHaveProperty("portDefinitions");
    const host = await post({ container: { ...docker, docker: { ...docker.docker, network: "HOST" } }, ports: [0, 0] });
    expect(host).toMatchObject({ networks: [{ mode: "host" }], portDefinitions: [{}, {}] });
    const user = await post({
      container: { ...docker, docker: { ...docker.docker, network: "USER" } },
      ipAddress: { networkName: "blue" },
    });
    expect(user.networks).toMatchObject([{ mode: "container", name: "blue" }]);
    const fetched = await post({ uris: ["http://example.com/a.tgz", "http://example.com/b.txt"] });
    expect(fetched.fetch).toMatchObject([
      { uri: "http://example.com/a.tgz", extract: true, executable: false, cache: false },
      { uri: "http://example.com/b.txt", extract: false },
    ]);
  });

  test("the new form: bridge, overlays, port names and protocols", async () => {
    const bridge = await post({ container: docker, networks: [{ mode: "container/bridge" }] });
    expect(bridge.container.portMappings).toMatchObject([{ containerPort: 0, hostPort: 0, name: "default" }]);
    const portMappings = [
      { containerPort: 53, hostPort: 0, protocol: "udp,tcp", name: "dns", labels: { VIP_0: "/dns:53" } },
      { containerPort: 80 },
    ];
    const overlay = await post({
      container: { ...docker, portMappings },
      networks: [{ mode: "container", name: "blue", labels: { a: "b" } }],
    });
    expect(overlay.networks).toMatchObject([{ mode: "container", name: "blue", labels: { a: "b" } }]);
    expect(overlay.container.portMappings).toMatchObject(portMappings);
    expect(overlay.container.portMappings[1]).not.toHaveProperty("hostPort");
  });

  test("service ports are given once and kept; asked-for ones are taken as they are", async () => {
    const portMappings = [{ containerPort: 80 }, { containerPort: 81, servicePort: 9123 }];
    const fields = { container: { ...docker, portMappings }, networks: [{ mode: "container/bridge" }] };
    const first = (await post(fields)).container.portMappings.map(({ servicePort }: Json) => servicePort);
    expect(first[0]).toBeGreaterThanOrEqual(10_000);
    expect(first[1]).toBe(9123);
    const second = await post({ ...fields, env: { CHANGED: "1" } });
    expect(second.container.portMappings.map(({ servicePort }: Json) => servicePort)).toEqual(first);
    const { body } = await api().get("/v2/apps");
    const all = body.apps.flatMap((app: Json) => [
      ...(app.portDefinitions ?? []).map(({ port }: Json) => port),
      ...(app.container?.portMappings ?? []).map(({ servicePort }: Json) => servicePort),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  test("volumes: from the host and from a volume plugin", async () => {
    const external = { name: "data", provider: "dvdi", options: { "dvdi/driver": "rexray" } };
    const volumes = [
      { containerPath: "/etc/x", hostPath: "/etc", mode: "RO" },
      { containerPath: "/data", mode: "RW", external },
    ];
    const app = await post({ container: { ...docker, volumes } });
    expect(app.container.volumes).toMatchObject(volumes);
    expect(app.upgradeStrategy).toEqual({ minimumHealthCapacity: 0.5, maximumOverCapacity: 0 });
  });
}
