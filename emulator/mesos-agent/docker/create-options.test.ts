import type { ContainerInfo, TaskInfo } from "@drover/lib/mesos/types";
import { expect, test } from "vitest";
import { LaunchError } from "../launch-error";
import { parseResources } from "../resources/parse";
import { type ContainerContext, createOptions, withTag } from "./create-options";
import { planVolumes } from "./volumes";

const context: ContainerContext = {
  containerId: "91451703",
  sandbox: "/var/lib/mesos/sandbox",
  sandboxInside: "/mnt/mesos/sandbox",
  persistent: [],
  workDir: "/var/lib/mesos",
  role: "*",
  enableCfs: false,
};

function task(docker: Partial<NonNullable<ContainerInfo["docker"]>>, more: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: "t",
    task_id: { value: "t" },
    agent_id: { value: "S0" },
    resources: parseResources("cpus:0.1;mem:32;ports:[31007-31008]"),
    container: { type: "DOCKER", docker: { image: "debian:bookworm-slim", ...docker }, ...more.container },
    ...more,
  };
}

/** With volumes or network_infos beside the docker part. */
function withContainer(container: Partial<ContainerInfo>): TaskInfo {
  const plain = task({ network: "USER" });
  return { ...plain, container: { type: "DOCKER", docker: { image: "i", network: "USER" }, ...container } };
}

test("a bridged shell task becomes the container of the recording", () => {
  const { options } = createOptions(
    task(
      { network: "BRIDGE", port_mappings: [{ host_port: 31007, container_port: 80, protocol: "tcp" }] },
      { command: { value: "echo up; sleep 3000" } },
    ),
    context,
  );
  expect(options).toMatchObject({
    name: "mesos-91451703",
    Entrypoint: ["/bin/sh"],
    Cmd: ["-c", "echo up; sleep 3000"],
    Env: ["MESOS_SANDBOX=/mnt/mesos/sandbox", "MESOS_CONTAINER_NAME=mesos-91451703", "MESOS_ALLOCATION_ROLE=*"],
    HostConfig: {
      NetworkMode: "bridge",
      PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "31007" }] },
      CpuShares: 102,
      Memory: 33_554_432,
      Privileged: false,
      Binds: ["/var/lib/mesos/sandbox:/mnt/mesos/sandbox"],
    },
  });
  expect(options.HostConfig).not.toHaveProperty("CpuQuota");
});

test.each([
  [
    { shell: false, value: "/bin/echo", arguments: ["a", "b"] },
    { Entrypoint: ["/bin/echo"], Cmd: ["a", "b"] },
  ],
  [{ shell: false, arguments: ["a"] }, { Cmd: ["a"] }],
  [{ shell: false }, {}],
])("command %j", (command, expected) => {
  const { Entrypoint, Cmd } = createOptions(task({}, { command }), context).options;
  expect({ Entrypoint, Cmd }).toEqual({ Entrypoint: undefined, Cmd: undefined, ...expected });
});

test("limits: quota by flag or by task, memory reservation, infinity", () => {
  const host = (more: Partial<TaskInfo>, enableCfs = false) =>
    createOptions(task({}, { command: { shell: false }, ...more }), { ...context, enableCfs }).options.HostConfig;
  expect(host({}, true)).toMatchObject({ CpuPeriod: 100_000, CpuQuota: 10_000 });
  expect(host({ limits: { cpus: { value: 1 }, mem: { value: 64 } } })).toMatchObject({
    CpuQuota: 100_000,
    Memory: 67_108_864,
    MemoryReservation: 33_554_432,
  });
  const unlimited = host({ limits: { cpus: { value: "Infinity" }, mem: { value: "Infinity" } } }, true);
  expect(unlimited).not.toHaveProperty("CpuQuota");
  expect(unlimited).not.toHaveProperty("Memory");
});

test("volumes: host, sandbox, named with one driver", () => {
  const { options, directories } = createOptions(
    withContainer({
      network_infos: [{ name: "blue" }],
      volumes: [
        { container_path: "/data", host_path: "/mnt/gv0/x", mode: "RO" },
        { container_path: "logs", host_path: "out/logs", mode: "RW" },
        { container_path: "scratch", mode: "RW" },
        { container_path: "/anonymous", mode: "RW" },
        {
          container_path: "/db",
          mode: "RW",
          source: { type: "DOCKER_VOLUME", docker_volume: { driver: "drover", name: "db-1" } },
        },
      ],
    }),
    context,
  );
  expect(options.HostConfig).toMatchObject({
    NetworkMode: "blue",
    VolumeDriver: "drover",
    Binds: [
      "/mnt/gv0/x:/data:ro",
      "/var/lib/mesos/sandbox/out/logs:/mnt/mesos/sandbox/logs",
      "/var/lib/mesos/sandbox/scratch:/mnt/mesos/sandbox/scratch",
      "db-1:/db",
      "/var/lib/mesos/sandbox:/mnt/mesos/sandbox",
    ],
  });
  expect(options.Volumes).toEqual({ "/anonymous": {} });
  expect(directories).toEqual(["/var/lib/mesos/sandbox/out/logs", "/var/lib/mesos/sandbox/scratch"]);
});

test("parameters become Engine API fields", () => {
  const parameters = [
    ["env", "A=b=c"],
    ["label", "tier=front"],
    ["volume", "/a:/b:ro"],
    ["cap-add", "NET_ADMIN"],
    ["ulimit", "nofile=1024:2048"],
    ["log-driver", "json-file"],
    ["log-opt", "max-size=1m"],
    ["memory-swap", "64m"],
    ["tmpfs", "/run:size=1m"],
    ["device", "/dev/fuse:rw"],
    ["network", "none"],
    ["entrypoint", "/init"],
    ["init", "true"],
  ].map(([key = "", value = ""]) => ({ key, value }));
  const { options } = createOptions(task({ parameters }, { command: { shell: false } }), context);
  expect(options.Env?.at(-1)).toBe("A=b=c");
  expect(options.Labels).toMatchObject({ tier: "front" });
  expect(options.Entrypoint).toEqual(["/init"]);
  expect(options.HostConfig).toMatchObject({
    Binds: ["/var/lib/mesos/sandbox:/mnt/mesos/sandbox", "/a:/b:ro"],
    CapAdd: ["NET_ADMIN"],
    Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 2048 }],
    LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    MemorySwap: 67_108_864,
    Tmpfs: { "/run": "size=1m" },
    Devices: [{ PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rw" }],
    NetworkMode: "none",
    Init: true,
  });
});

test("the agent's default DNS gives way to the task's own", () => {
  const defaultDns = { docker: [{ network_mode: "BRIDGE" as const, dns: { nameservers: ["10.0.0.2"] } }] };
  const dns = (docker: Partial<NonNullable<ContainerInfo["docker"]>>) =>
    createOptions(task(docker, { command: { shell: false } }), { ...context, defaultDns }).options.HostConfig?.Dns;
  expect(dns({ network: "BRIDGE" })).toEqual(["10.0.0.2"]);
  expect(dns({ network: "HOST" })).toBeUndefined();
  expect(dns({ network: "BRIDGE", parameters: [{ key: "dns", value: "1.1.1.1" }] })).toEqual(["1.1.1.1"]);
});

test.each([
  [
    "parameter",
    task({ parameters: [{ key: "restart", value: "always" }] }),
    "docker parameter 'restart' is not supported",
  ],
  [
    "port",
    task({ network: "BRIDGE", port_mappings: [{ host_port: 8080, container_port: 80 }] }),
    "Port [8080] not included",
  ],
  ["host ports", task({ port_mappings: [{ host_port: 31007, container_port: 80 }] }), "not for 'host'"],
  ["user network", withContainer({}), "network_infos[0].name"],
  [
    "two drivers",
    withContainer({
      network_infos: [{ name: "n" }],
      volumes: ["a", "b"].map((driver) => ({
        container_path: `/${driver}`,
        mode: "RW" as const,
        source: { type: "DOCKER_VOLUME" as const, docker_volume: { driver, name: driver } },
      })),
    }),
    "Only one volume driver is supported in a task, not a and b",
  ],
  [
    "escape",
    withContainer({
      network_infos: [{ name: "n" }],
      volumes: [{ container_path: "/x", host_path: "../../etc", mode: "RW" }],
    }),
    "must be a path inside the sandbox",
  ],
])("refused with the reason: %s", (_name, bad, message) => {
  const build = () => createOptions({ command: { shell: false }, ...bad }, context);
  expect(build).toThrow(LaunchError);
  expect(build).toThrow(message);
});

test("an image without tag means latest", () => {
  expect(withTag("registry:5000/a/b")).toBe("registry:5000/a/b:latest");
  expect(withTag("a@sha256:00")).toBe("a@sha256:00");
});

test("a persistent volume is mounted below the sandbox, and a relative host path to it means it", () => {
  const persistent = [{ directory: "/var/lib/mesos/volumes/roles/web/v1", containerPath: "data", readOnly: false }];
  const container = {
    type: "DOCKER" as const,
    docker: { image: "nginx" },
    volumes: [
      { container_path: "/var/lib/db", host_path: "data", mode: "RW" as const },
      {
        container_path: "/shared",
        mode: "RO" as const,
        source: { type: "SANDBOX_PATH" as const, sandbox_path: { type: "PARENT" as const, path: "shared" } },
      },
    ],
  };
  const plan = planVolumes(container, { ...context, persistent, parentSandbox: "/var/lib/mesos/pod" });
  expect(plan.binds).toEqual([
    "/var/lib/mesos/volumes/roles/web/v1:/mnt/mesos/sandbox/data",
    "/var/lib/mesos/volumes/roles/web/v1:/var/lib/db",
    "/var/lib/mesos/pod/shared:/shared:ro",
  ]);
});
