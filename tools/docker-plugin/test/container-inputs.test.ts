import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN } from "../server/values";
import { docker, inspect, removeLeftovers, TEST_LABELS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";
import { sleeper, uniqueName } from "./sleeper";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

let plugin: TestPlugin;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
afterEach(removeLeftovers);
afterAll(() => plugin.stop());

const create = (inputs: Inputs): Promise<Made> => plugin.create(CONTAINER, "c", inputs);

describe("a container's inputs reach the engine", () => {
  it("as they were given", async () => {
    const made = await create(
      sleeper({
        capabilities: { adds: ["CAP_NET_ADMIN"], drops: ["CAP_MKNOD"] },
        cgroupnsMode: "host",
        cpus: "0.5",
        cpuShares: 512,
        devices: [{ hostPath: "/dev/fuse" }],
        dns: ["192.0.2.53"],
        dnsSearches: ["drover.test"],
        domainname: "drover.test",
        entrypoints: ["/usr/bin/env"],
        envs: ["A=1", "B=x=y"],
        groupAdds: ["7"],
        healthcheck: { tests: ["CMD", "true"], interval: "1m30s", retries: 3 },
        hostname: "box",
        hosts: [{ host: "peer", ip: "192.0.2.1" }],
        init: true,
        logDriver: "json-file",
        logOpts: { "max-size": "1m" },
        memory: 64,
        mounts: [{ type: "tmpfs", target: "/scratch", tmpfsOptions: { sizeBytes: 65536 } }],
        readOnly: true,
        restart: "on-failure",
        maxRetryCount: 2,
        securityOpts: ["seccomp=unconfined"],
        shmSize: 8,
        stopSignal: "SIGRTMIN+3",
        stopTimeout: 3,
        sysctls: { "net.ipv4.ip_forward": "1" },
        tmpfs: { "/run": "rw,size=1m" },
        ulimits: [{ name: "nofile", soft: 1000, hard: 2000 }],
        user: "7:7",
        volumes: [{ hostPath: "/usr/share", containerPath: "/shared", readOnly: true }],
        workingDir: "/tmp",
      }),
    );
    const config = await inspect<Record<string, unknown>>(made.id, ".Config");
    const hostConfig = await inspect<Record<string, unknown>>(made.id, ".HostConfig");
    expect(config).toMatchObject({
      Hostname: "box",
      Domainname: "drover.test",
      User: "7:7",
      Cmd: ["sleep", "infinity"],
      Entrypoint: ["/usr/bin/env"],
      Env: expect.arrayContaining(["A=1", "B=x=y"]),
      WorkingDir: "/tmp",
      StopSignal: "SIGRTMIN+3",
      StopTimeout: 3,
      Healthcheck: { Test: ["CMD", "true"], Interval: 90e9, Retries: 3 },
    });
    expect(hostConfig).toMatchObject({
      CapAdd: ["CAP_NET_ADMIN"],
      CapDrop: ["CAP_MKNOD"],
      CgroupnsMode: "host",
      NanoCpus: 5e8,
      CpuShares: 512,
      Devices: [{ PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" }],
      Dns: ["192.0.2.53"],
      DnsSearch: ["drover.test"],
      GroupAdd: ["7"],
      ExtraHosts: ["peer:192.0.2.1"],
      Init: true,
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      Memory: 64 * 1024 * 1024,
      MemorySwap: 128 * 1024 * 1024,
      Mounts: [{ Type: "tmpfs", Target: "/scratch", TmpfsOptions: { SizeBytes: 65536 } }],
      ReadonlyRootfs: true,
      RestartPolicy: { Name: "on-failure", MaximumRetryCount: 2 },
      SecurityOpt: ["seccomp=unconfined"],
      ShmSize: 8 * 1024 * 1024,
      Sysctls: { "net.ipv4.ip_forward": "1" },
      Tmpfs: { "/run": "rw,size=1m" },
      Ulimits: [{ Name: "nofile", Soft: 1000, Hard: 2000 }],
      Binds: ["/usr/share:/shared:ro"],
    });
  });

  it("as they were given, the rarer ones too", async () => {
    const made = await create(
      sleeper({
        deviceCgroupRules: ["b 7:* rwm"],
        deviceReadBps: [{ path: "/dev/loop0", rate: 1048576 }],
        hostname: "box",
        ipcMode: "private",
        logOpts: { "max-file": "2" },
        memory: 64,
        memoryReservation: 32,
        memorySwap: 96,
        cpuSet: "0",
        pidMode: "host",
        platform: "linux/amd64",
        publishAllPorts: true,
        stdinOpen: true,
        tty: true,
        mounts: [
          {
            type: "bind",
            source: "/usr/share",
            target: "/shared",
            readOnly: true,
            bindOptions: { propagation: "rprivate" },
          },
        ],
      }),
    );
    expect(await inspect(made.id, ".Config")).toMatchObject({ OpenStdin: true, Tty: true });
    expect(await inspect(made.id, ".HostConfig")).toMatchObject({
      BlkioDeviceReadBps: [{ Path: "/dev/loop0", Rate: 1048576 }],
      CpusetCpus: "0",
      DeviceCgroupRules: ["b 7:* rwm"],
      IpcMode: "private",
      LogConfig: { Config: { "max-file": "2" } },
      Memory: 64 * 1024 * 1024,
      MemoryReservation: 32 * 1024 * 1024,
      MemorySwap: 96 * 1024 * 1024,
      Mounts: [
        {
          Type: "bind",
          Source: "/usr/share",
          Target: "/shared",
          ReadOnly: true,
          BindOptions: { Propagation: "rprivate" },
        },
      ],
      PidMode: "host",
      PublishAllPorts: true,
    });
  });

  it("with files copied in before the start, each with its mode and owner", async () => {
    const uploads = [
      { file: "/opt/new/text", content: "grüße", permissions: "0640", owner: "7", group: "8" },
      {
        file: "/opt/new/run",
        contentBase64: Buffer.from("#!/bin/sh\necho ran\n").toString("base64"),
        executable: true,
      },
      { file: "/opt/new/copy", source: __filename },
    ];
    const made = await create(sleeper({ uploads, command: ["sh", "-c", "/opt/new/run && exec sleep infinity"] }));
    expect(await docker("logs", made.id)).toBe("ran");
    expect(await docker("exec", made.id, "stat", "-c", "%a %u %g", "/opt/new/text")).toBe("640 7 8");
    expect(await docker("exec", made.id, "cat", "/opt/new/text")).toBe("grüße");
    expect(await docker("exec", made.id, "cat", "/opt/new/copy")).toContain("each with its mode and owner");
  });

  it("in several networks, by name and by id, with addresses and aliases", async () => {
    const [front, back] = await Promise.all([
      plugin.create(NETWORK, "front", { labels: TEST_LABELS, ipamConfigs: [{ subnet: "172.31.201.0/24" }] }),
      plugin.create(NETWORK, "back", { labels: TEST_LABELS, ipamConfigs: [{ subnet: "172.31.202.0/24" }] }),
    ]);
    const made = await create(
      sleeper({
        networksAdvanced: [
          { name: front.outputs.name, ipv4Address: "172.31.201.10", aliases: ["web"] },
          { name: back.id, ipv4Address: "172.31.202.10" },
        ],
      }),
    );
    const datas = made.outputs.networkDatas as { networkName: string; ipAddress: string }[];
    expect(datas.map(({ networkName, ipAddress }) => [networkName, ipAddress]).sort()).toEqual(
      [
        [front.outputs.name, "172.31.201.10"],
        [back.outputs.name, "172.31.202.10"],
      ].sort(),
    );
    const peer = await create(sleeper({ name: uniqueName(), networksAdvanced: [{ name: front.id }] }));
    expect(await docker("exec", peer.id, "getent", "hosts", "web")).toContain("172.31.201.10");
  });

  it("with published ports; the engine's choice is an output", async () => {
    const made = await create(sleeper({ ports: [{ internal: 80, ip: "127.0.0.1" }] }));
    const [port] = made.outputs.ports as { external: number; protocol: string }[];
    expect(port?.protocol).toBe("tcp");
    expect(await docker("port", made.id, "80/tcp")).toBe(`127.0.0.1:${port?.external}`);
  });
});

it("a preview makes nothing and knows what is given, but not what the engine decides", async () => {
  const { name, ...inputs } = sleeper({ hostname: "box", image: UNKNOWN });
  const made = await plugin.create(CONTAINER, "c", { ...inputs, name }, { preview: true });
  expect(made).toMatchObject({ id: "", outputs: { name, hostname: "box", image: UNKNOWN, networkDatas: UNKNOWN } });
  expect(await docker("ps", "-aq", "--filter", `name=${String(name)}`)).toBe("");
});
