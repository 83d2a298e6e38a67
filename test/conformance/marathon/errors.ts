import { expect, test } from "vitest";
import { base, type MarathonApi, sleeper } from "./api";

/** Requests that are refused: statuses, messages and the paths of what is wrong. */
export function errors(api: () => MarathonApi): void {
  const app = { id: `${base}/wrong`, ...sleeper };
  const bridge = { networks: [{ mode: "container/bridge" }] };
  const docker = { type: "DOCKER", docker: { image: "x" } };
  const persistent = { containerPath: "data", mode: "RW", persistent: { size: 10 } };
  const post = (fields: object) => api().call("POST", "/v2/apps", { ...app, ...fields });

  test("what is not JSON is 400, with the parser's words", async () => {
    for (const body of ["{", "", "nonsense"]) {
      const answer = await api().call("POST", "/v2/apps", body);
      expect([answer.status, answer.body.message]).toEqual([400, "Invalid JSON"]);
      expect(typeof answer.body.details).toBe("string");
    }
  });

  test.each<[string, object, string, RegExp]>([
    ["a text for a number", { cpus: "1" }, "/cpus", /^error\.expected\.jsnumber$/],
    ["a number for a text", { cmd: 1 }, "/cmd", /^error\.expected\.jsstring$/],
    ["an object for a list", { constraints: {} }, "/constraints", /^error\.expected\.jsarray$/],
    ["a number for a flag", { requirePorts: 1 }, "/requirePorts", /^error\.expected\.jsboolean$/],
    ["deep inside", { container: { docker: { image: 1 } } }, "/container/docker/image", /^error\.expected\.jsstring$/],
  ])("JSON of the wrong shape: %s", async (_name, fields, path, message) => {
    const { status, body } = await post(fields);
    expect([400, 422]).toContain(status);
    expect(body).toEqual({ message: "Invalid JSON", details: [{ path, errors: [expect.stringMatching(message)] }] });
  });

  test.each<[string, object, string, RegExp]>([
    ["an id in capitals", { id: "/UPPER" }, "/id", /^must fully match regular expression/],
    [
      "a reserved id",
      { id: `${base}/tasks` },
      "/id",
      /^must not end with any of the following reserved keywords: restart, tasks, versions, \., \.\./,
    ],
    ["fewer than no instances", { instances: -1 }, "/instances", /^must be greater than or equal to 0$/],
    [
      "a share above 1",
      { upgradeStrategy: { minimumHealthCapacity: 2 } },
      "/upgradeStrategy/minimumHealthCapacity",
      /1/,
    ],
    [
      "nothing to run",
      { cmd: undefined },
      "/",
      /^AppDefinition must either contain one of 'cmd' or 'args', and\/or a 'container'\.$/,
    ],
    ["cmd and args", { args: ["x"] }, "/", /'cmd'/],
    [
      "an operator nobody knows",
      { constraints: [["hostname", "NEAR"]] },
      "/constraints(0)",
      /^operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS$/,
    ],
    [
      "a constraint of one word",
      { constraints: [["hostname"]] },
      "/constraints(0)",
      /^Each constraint must have either 2 or 3 fields$/,
    ],
    [
      "MAX_PER without a number",
      { constraints: [["hostname", "MAX_PER"]] },
      "/constraints(0)",
      /^MAX_PER requires an integer value$/,
    ],
    [
      "LIKE without a pattern",
      { constraints: [["hostname", "LIKE"]] },
      "/constraints(0)",
      /^LIKE and UNLIKE require a non-empty, regular expression value$/,
    ],
    [
      "a broken pattern",
      { constraints: [["hostname", "LIKE", "("]] },
      "/constraints(0)",
      /^is not a valid regular expression$/,
    ],
    [
      "a port index that is not there",
      { healthChecks: [{ protocol: "HTTP", portIndex: 7 }] },
      "/healthChecks(0)",
      /^Health check port indices must address an element of the ports array or container port mappings\.$/,
    ],
    [
      "two Mesos checks",
      { healthChecks: [{ protocol: "MESOS_TCP" }, { protocol: "MESOS_HTTP" }] },
      "/",
      /^AppDefinition can contain at most one Mesos health check$/,
    ],
    [
      "a readiness check of no port",
      { readinessChecks: [{ portName: "none" }] },
      "/readinessChecks(0)/portName",
      /^No port definition reference for portName none$/,
    ],
    [
      "equal port names",
      {
        portDefinitions: [
          { port: 0, name: "a" },
          { port: 0, name: "a" },
        ],
      },
      "/portDefinitions",
      /^Port names must be unique\.$/,
    ],
    ["equal ports", { portDefinitions: [{ port: 81 }, { port: 81 }] }, "/portDefinitions", /^Ports must be unique\.$/],
    [
      "port definitions behind a bridge",
      { ...bridge, container: docker, portDefinitions: [{ port: 80 }] },
      "/",
      /^portDefinitions are only allowed with host-networking$/,
    ],
    [
      "port mappings on the host",
      { networks: [{ mode: "host" }], container: { ...docker, portMappings: [{ containerPort: 80 }] } },
      "/",
      /^portMappings are not allowed with host-networking$/,
    ],
    [
      "host and bridge together",
      { networks: [{ mode: "host" }, ...bridge.networks], container: docker },
      "/networks",
      /single host network, single bridge network/,
    ],
    ["a foreign role of resources", { acceptedResourceRoles: ["someone-else"] }, "/acceptedResourceRoles", /./],
    [
      "forgotten before it is given up",
      { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } },
      "/unreachableStrategy",
      /inactiveAfterSeconds/,
    ],
    [
      "a secret without the feature",
      { secrets: { a: { source: "b" } } },
      "/secrets",
      /^Feature secrets is not enabled\. Enable with --enable_features secrets\)$/,
    ],
    ["an environment of secrets", { env: { A: { secret: "a" } } }, "/env", /secret/],
    [
      "GPUs without the feature",
      { gpus: 1 },
      "/",
      /^Feature gpu_resources is not enabled\. Enable with --enable_features gpu_resources\)$/,
    ],
    [
      "a persistent volume of no size",
      { container: { type: "MESOS", volumes: [{ ...persistent, persistent: { size: 0 } }] } },
      "/container/volumes(0)/persistent/size",
      /0/,
    ],
    [
      "a persistent volume with a slash",
      { container: { type: "MESOS", volumes: [{ ...persistent, containerPath: "/data" }] } },
      "/container/volumes(0)/containerPath",
      /^value must not contain "\/"$/,
    ],
    ["an image that is not there", { container: { type: "DOCKER" } }, "/container/docker", /not defined/],
  ])("a broken rule: %s", async (_name, fields, path, message) => {
    const { status, body } = await post(fields);
    expect(status, JSON.stringify(body)).toBe(422);
    expect(body.message).toBe("Object is not valid");
    expect(body.details).toContainEqual({ path, errors: [expect.stringMatching(message)] });
  });

  test.each<[string, object]>([
    ["container.docker.network", { ...bridge, container: { ...docker, docker: { image: "x", network: "HOST" } } }],
    ["ipAddress", { ...bridge, ipAddress: { networkName: "x" } }],
    ["ports and portDefinitions", { ports: [80], portDefinitions: [{ port: 81 }] }],
    ["uris and fetch", { uris: ["http://a/b"], fetch: [{ uri: "http://a/c" }] }],
  ])("both forms of one thing: %s", async (_name, fields) => {
    expect((await post(fields)).status).toBe(422);
  });

  test("nothing of all that was created", async () => {
    expect((await api().get(`/v2/apps${app.id}`)).status).toBe(404);
    expect(await api().get(`/v2/apps${base}/none`)).toMatchObject({
      status: 404,
      body: { message: `App '${base}/none' does not exist` },
    });
  });

  test("parameters that are neither true nor false, and ids that are two", async () => {
    expect((await api().call("PUT", `/v2/apps${app.id}`, { ...app, id: `${base}/other` })).status).toBe(422);
    expect((await api().get("/v2/tasks?status=sleeping")).status).toBe(400);
  });
}
