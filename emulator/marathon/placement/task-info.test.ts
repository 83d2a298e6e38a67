import type { CommandInfo } from "@drover/lib/mesos/types";
import { expect, test } from "vitest";
import { appOf } from "../test/sample-app";
import { taskInfo } from "./task-info";

const settings = { mesosBridgeName: "mesos-bridge" };
const infoOf = (body: object, hostPorts: (number | null)[]) =>
  taskInfo({ app: appOf(body), taskId: "t1", agentId: "S0", host: "n1", hostPorts, resources: [] }, settings);
const environment = (command?: CommandInfo) =>
  Object.fromEntries((command?.environment?.variables ?? []).map(({ name, value }) => [name, value]));

const demoNginx = {
  id: "demo-nginx",
  cmd: null,
  cpus: 0.1,
  mem: 64,
  instances: 2,
  container: {
    type: "DOCKER",
    docker: {
      image: "nginx:latest",
      network: "BRIDGE",
      portMappings: [{ containerPort: 80, hostPort: 0, protocol: "tcp" }],
    },
  },
  labels: { "tier.1": "front" },
  healthChecks: [{ path: "/", gracePeriodSeconds: 5, intervalSeconds: 20, maxConsecutiveFailures: 3 }],
};

test("an image behind a port of the agent", () => {
  const info = infoOf(demoNginx, [31005]);
  expect(info).toMatchObject({
    name: "demo-nginx",
    task_id: { value: "t1" },
    agent_id: { value: "S0" },
    command: { shell: false },
    container: {
      type: "DOCKER",
      docker: {
        image: "nginx:latest",
        network: "BRIDGE",
        privileged: false,
        force_pull_image: false,
        port_mappings: [{ host_port: 31005, container_port: 80, protocol: "tcp" }],
        parameters: [{ key: "label", value: "MESOS_TASK_ID=t1" }],
      },
    },
    labels: { labels: [{ key: "tier.1", value: "front" }] },
    discovery: {
      visibility: "FRAMEWORK",
      name: "demo-nginx",
      ports: {
        ports: [{ number: 31005, protocol: "tcp", labels: { labels: [{ key: "network-scope", value: "host" }] } }],
      },
    },
  });
  // The leader does this check, not the agent.
  expect(info.health_check).toBeUndefined();
  expect(environment(info.command)).toEqual({
    HOST: "n1",
    PORT: "80",
    PORT0: "80",
    PORTS: "80",
    PORT_80: "80",
    MESOS_TASK_ID: "t1",
    MARATHON_APP_ID: "/demo-nginx",
    MARATHON_APP_VERSION: "2024-01-02T03:04:05.678Z",
    MARATHON_APP_DOCKER_IMAGE: "nginx:latest",
    MARATHON_APP_RESOURCE_CPUS: "0.1",
    MARATHON_APP_RESOURCE_MEM: "64.0",
    MARATHON_APP_RESOURCE_DISK: "0.0",
    MARATHON_APP_RESOURCE_GPUS: "0",
    MARATHON_APP_LABELS: "TIER_1",
    MARATHON_APP_LABEL_TIER_1: "front",
  });
});

test("a command on the agent's network with two ports, its own variables first", () => {
  const info = infoOf(
    {
      id: "/prod/web",
      env: { HOST: "mine" },
      portDefinitions: [
        { port: 10001, name: "http-api" },
        { port: 10002, protocol: "udp,tcp" },
      ],
      taskKillGracePeriodSeconds: 3,
      user: "nobody",
      fetch: [{ uri: "http://h/a.tgz", cache: true }],
      healthChecks: [{ protocol: "MESOS_HTTP", portIndex: 1, path: "/up" }],
    },
    [31001, 31002],
  );
  expect(info.name).toBe("web.prod");
  expect(info.container).toBeUndefined();
  expect(info.kill_policy).toEqual({ grace_period: { nanoseconds: 3e9 } });
  expect(info.command).toMatchObject({
    shell: true,
    value: "x",
    user: "nobody",
    uris: [{ value: "http://h/a.tgz", extract: true, executable: false, cache: true }],
  });
  expect(info.health_check).toMatchObject({ type: "HTTP", delay_seconds: 15, http: { port: 31002, path: "/up" } });
  expect(info.discovery?.ports?.ports.map(({ number, protocol }) => [number, protocol])).toEqual([
    [31001, "tcp"],
    [31002, "udp"],
    [31002, "tcp"],
  ]);
  expect(environment(info.command)).toMatchObject({
    HOST: "mine",
    PORTS: "31001,31002",
    PORT1: "31002",
    PORT_10002: "31002",
    PORT_HTTP_API: "31001",
  });
});

test("a container network of one's own: no host port, address of the container", () => {
  const info = infoOf(
    {
      args: ["--serve"],
      cmd: null,
      container: { type: "DOCKER", docker: { image: "i" }, portMappings: [{ containerPort: 80, name: "web" }] },
      networks: [{ mode: "container", name: "overlay", labels: { a: "b" } }],
    },
    [null],
  );
  expect(info.container?.docker).toMatchObject({ network: "USER" });
  expect(info.container?.docker?.port_mappings).toBeUndefined();
  expect(info.container?.network_infos).toEqual([{ name: "overlay", labels: { labels: [{ key: "a", value: "b" }] } }]);
  expect(info.command).toMatchObject({ shell: false, arguments: ["--serve"] });
  expect(info.discovery?.ports?.ports[0]).toMatchObject({
    number: 80,
    labels: { labels: [{ key: "network-scope", value: "container" }] },
  });
});

test("volumes from the host and from a volume plugin", () => {
  const info = infoOf(
    {
      container: {
        type: "DOCKER",
        docker: { image: "i" },
        volumes: [
          { containerPath: "/srv", hostPath: "/mnt/gv0/srv", mode: "RO" },
          {
            containerPath: "/data",
            mode: "RW",
            external: { name: "pgdata", provider: "dvdi", options: { "dvdi/driver": "rexray" } },
          },
        ],
      },
    },
    [],
  );
  expect(info.container?.volumes).toEqual([
    { container_path: "/srv", host_path: "/mnt/gv0/srv", mode: "RO" },
    {
      container_path: "/data",
      mode: "RW",
      source: { type: "DOCKER_VOLUME", docker_volume: { driver: "rexray", name: "pgdata" } },
    },
  ]);
});
