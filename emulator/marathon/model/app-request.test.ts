import { describe, expect, test } from "vitest";
import { appOf, rules } from "../test/sample-app";
import { ApiError } from "./api-error";
import { readApp, updatedApp } from "./app-request";
import { appProblems } from "./app-validation";
import { emptyRoot, withSpec } from "./root";

/** All that is wrong with a body, as `path: message`. */
function problems(body: object): string[] {
  try {
    const details = appProblems(appOf(body), "*");
    return details.flatMap(({ path, errors }) => errors.map((error) => `${path}: ${error}`));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { details, message } = error.body;
    return Array.isArray(details)
      ? details.flatMap(({ path, errors }) => errors.map((each) => `${path}: ${each}`))
      : [message];
  }
}

const image = { image: "nginx" };
const docker = { type: "DOCKER", docker: image };

describe("defaults", () => {
  test("of a plain command", () => {
    expect(appOf({ id: "a" })).toEqual({
      id: "/a",
      cmd: "x",
      env: {},
      labels: {},
      instances: 1,
      cpus: 1,
      mem: 128,
      disk: 0,
      gpus: 0,
      executor: "",
      role: "*",
      constraints: [],
      fetch: [],
      dependencies: [],
      backoffSeconds: 1,
      backoffFactor: 1.15,
      maxLaunchDelaySeconds: 300,
      networks: [{ mode: "host" }],
      portDefinitions: [{ port: 0, protocol: "tcp", name: "default", labels: {} }],
      requirePorts: false,
      healthChecks: [],
      readinessChecks: [],
      upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
      killSelection: "YOUNGEST_FIRST",
      version: "2024-01-02T03:04:05.678Z",
    });
  });

  test("of ports in a bridge, of a health check, of an external volume", () => {
    const app = appOf({
      container: {
        ...docker,
        volumes: [{ containerPath: "/d", external: { name: "v", provider: "dvdi", options: { "dvdi/driver": "r" } } }],
      },
      networks: [{ mode: "container/bridge" }],
      healthChecks: [{ protocol: "HTTP" }],
    });
    expect(app.container?.portMappings).toEqual([
      { containerPort: 0, hostPort: 0, servicePort: 0, protocol: "tcp", name: "default", labels: {} },
    ]);
    expect(app.portDefinitions).toBeUndefined();
    expect(app.healthChecks[0]).toMatchObject({
      path: "/",
      portIndex: 0,
      intervalSeconds: 60,
      gracePeriodSeconds: 300,
    });
    expect(app.upgradeStrategy).toEqual({ minimumHealthCapacity: 0.5, maximumOverCapacity: 0 });
  });
});

describe("the old networking form", () => {
  const old = (network: string, more: object = {}) => ({
    container: { type: "DOCKER", docker: { ...image, network, portMappings: [{ containerPort: 80, hostPort: 0 }] } },
    ...more,
  });

  test("becomes the new one", () => {
    const bridge = appOf(old("BRIDGE", { ports: [0] }));
    expect(bridge.networks).toEqual([{ mode: "container/bridge" }]);
    expect(bridge.container?.docker).toEqual({
      image: "nginx",
      privileged: false,
      forcePullImage: false,
      parameters: [],
    });
    expect(bridge.container?.portMappings).toMatchObject([{ containerPort: 80, hostPort: 0, protocol: "tcp" }]);
    const user = appOf(old("USER", { ipAddress: { networkName: "n" } }));
    expect(user.networks).toEqual([{ mode: "container", name: "n" }]);
    expect(appOf({ ports: [8080, 0] }).portDefinitions).toMatchObject([{ port: 8080 }, { port: 0 }]);
    expect(appOf({ uris: ["http://h/a.tgz", "http://h/b"] }).fetch.map(({ extract }) => extract)).toEqual([
      true,
      false,
    ]);
  });

  test.each([
    [old("BRIDGE", { networks: [{ mode: "host" }] }), "container.docker.network"],
    [old("BRIDGE", { container: { ...old("BRIDGE").container, portMappings: [] } }), "container.docker.portMappings"],
    [{ ports: [1], portDefinitions: [{ port: 1 }] }, "ports and portDefinitions"],
    [{ uris: ["a"], fetch: [{ uri: "a" }] }, "uris and fetch"],
    [old("USER"), "a container network needs a name"],
  ])("is refused beside the new one or when it is not enough: %j", (body, message) => {
    expect(problems(body).join()).toContain(message);
  });
});

test.each([
  [{ cpus: "1" }, "/cpus: error.expected.jsnumber"],
  [
    { container: { ...docker, portMappings: [{ name: 5 }] } },
    "/container/portMappings(0)/name: error.expected.jsstring",
  ],
  [{ instances: -1 }, "/instances: must be greater than or equal to 0"],
  [
    { upgradeStrategy: { minimumHealthCapacity: 2 } },
    "/upgradeStrategy/minimumHealthCapacity: must be less than or equal to 1",
  ],
  [{ constraints: [["hostname", "NEAR"]] }, "/constraints(0): operator must be one of the following"],
  [{ constraints: [["hostname", "LIKE", "("]] }, "/constraints(0): is not a valid regular expression"],
  [{ id: "/A" }, "/id: must fully match regular expression"],
  [{ id: "/a/tasks" }, "/id: must not end with any of the following reserved keywords"],
  [{ cmd: null }, "/: AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."],
  [{ args: ["a"] }, "/: AppDefinition must not contain both 'cmd' and 'args'."],
  [{ healthChecks: [{ portIndex: 1 }] }, "/healthChecks(0): Health check port indices must address"],
  [{ healthChecks: [{ protocol: "COMMAND" }] }, "/healthChecks(0)/command: not defined"],
  [{ readinessChecks: [{}] }, "/readinessChecks(0)/portName: No port definition reference for portName http-api"],
  [{ unreachableStrategy: { inactiveAfterSeconds: 9, expungeAfterSeconds: 3 } }, "/unreachableStrategy: inactiveAfter"],
  [{ acceptedResourceRoles: ["web"] }, "/acceptedResourceRoles: acceptedResourceRoles can only contain *"],
  [{ role: "web" }, "/role: got web, expected one of: [*]"],
  [{ portDefinitions: [{ name: "a" }, { name: "a" }] }, "/portDefinitions: Port names must be unique."],
  [{ portDefinitions: [{ port: 80 }, { port: 80 }] }, "/portDefinitions: Ports must be unique."],
  [{ container: { ...docker, portMappings: [{}] } }, "portMappings are not allowed with host-networking"],
  [
    { container: docker, networks: [{ mode: "container/bridge" }], portDefinitions: [{ port: 1 }] },
    "portDefinitions are only allowed with host-networking",
  ],
  [{ networks: [{ mode: "host" }, { mode: "container", name: "n" }] }, "/networks: May specify a single host network"],
  [{ secrets: { s: { source: "p" } } }, "/secrets: Feature secrets is not enabled"],
  [{ env: { A: { secret: "s" } } }, "/env: use of secret-references"],
  [{ gpus: 1 }, "/: Feature gpu_resources is not enabled"],
  [{ resourceLimits: { cpus: 0.5 } }, "/resourceLimits/cpus: resource limit must be"],
  [
    { container: { ...docker, volumes: [{ containerPath: "d", persistent: { size: 1 } }] } },
    "/role: Resident apps cannot have the role *",
  ],
])("%j is refused", (body, message) => {
  expect(problems(body).join("\n")).toContain(message);
});

test("an app with an external volume runs once, and not beside its successor", () => {
  const volume = {
    containerPath: "/d",
    external: { name: "v", provider: "dvdi", options: { "dvdi/driver": "rexray" } },
  };
  const app = { container: { ...docker, volumes: [volume] } };
  expect(problems(app)).toEqual([]);
  expect(problems({ ...app, instances: 2 }).join()).toContain("/instances: must be less than or equal to 1");
  expect(problems({ ...app, upgradeStrategy: { maximumOverCapacity: 1 } }).join()).toContain(
    "maximumOverCapacity: must be 0",
  );
  const sized = { ...volume, external: { ...volume.external, size: 5 } };
  expect(problems({ container: { ...docker, volumes: [sized] } }).join()).toContain("/external/size: is not possible");
});

describe("a partial update", () => {
  const version = "2024-01-02T03:04:05.678Z";
  const update = (current: object, body: object) => {
    const root = withSpec(emptyRoot(version), appOf(current));
    return updatedApp(root, "/app", readApp(body, "/", rules).app, true, rules);
  };

  test("keeps what it leaves out", () => {
    const updated = update({ env: { A: "b" }, instances: 3 }, { cmd: "y", labels: { l: "m" } });
    expect(updated).toMatchObject({ cmd: "y", env: { A: "b" }, instances: 3, labels: { l: "m" } });
  });

  test("that changes the kind of network drops the ports of the old kind", () => {
    const bridged = update(
      { portDefinitions: [{ port: 80 }] },
      { container: docker, networks: [{ mode: "container/bridge" }] },
    );
    expect(appProblems(bridged, "*")).toEqual([]);
    const hosted = update(
      { container: docker, networks: [{ mode: "container/bridge" }] },
      { networks: [{ mode: "host" }] },
    );
    expect(hosted.container?.portMappings).toBeUndefined();
    expect(appProblems(hosted, "*")).toEqual([]);
  });
});
