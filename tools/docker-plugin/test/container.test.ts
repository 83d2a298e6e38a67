import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { UNKNOWN } from "../server/values";
import { docker, IMAGE, inspect, removeLeftovers, TEST_LABELS } from "./docker";
import { type Inputs, type Made, TestPlugin } from "./plugin";

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";
const VOLUME = "docker:index/volume:Volume";

let plugin: TestPlugin;

beforeAll(async () => {
  plugin = await TestPlugin.start();
});
afterEach(removeLeftovers);
afterAll(() => plugin.stop());

/** A container that sleeps, with a name of its own. */
function sleeper(inputs: Inputs = {}): Inputs {
  return { image: IMAGE, name: unique(), command: ["sleep", "infinity"], labels: TEST_LABELS, ...inputs };
}

function unique(): string {
  return `drover-test-${randomBytes(4).toString("hex")}`;
}

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
    const peer = await create(sleeper({ name: unique(), networksAdvanced: [{ name: front.id }] }));
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

describe("a change", () => {
  it("is none when nothing but the order of a set changed", async () => {
    const inputs = sleeper({ envs: ["A=1", "B=2"], labels: [...TEST_LABELS, { label: "x", value: "y" }] });
    const made = await create(inputs);
    const turned = { ...inputs, envs: ["B=2", "A=1"], labels: [{ label: "x", value: "y" }, ...TEST_LABELS] };
    expect(await plugin.diff(made, turned)).toEqual({ updates: [], replaces: [], deleteBeforeReplace: false });
  });

  it("of memory and restart is made in place", async () => {
    const inputs = sleeper({ memory: 64 });
    const made = await create(inputs);
    const wanted = { ...inputs, memory: 128, restart: "always" };
    expect(await plugin.diff(made, wanted)).toMatchObject({ updates: ["memory", "restart"], replaces: [] });
    const updated = await plugin.update(made, wanted);
    expect(updated.outputs.memory).toBe(128);
    expect(await inspect(made.id, ".HostConfig.Memory")).toBe(128 * 1024 * 1024);
    expect(await inspect(made.id, ".HostConfig.RestartPolicy.Name")).toBe("always");
  });

  it("that takes a limit away replaces, since the engine cannot", async () => {
    const made = await create(sleeper({ memory: 64 }));
    const { memory: _, ...without } = made.inputs;
    expect((await plugin.diff(made, { ...without })).replaces).toEqual(["memory"]);
  });

  it("replaces under a given name only after the delete, under a made-up one before it", async () => {
    const given = await create(sleeper());
    expect(await plugin.diff(given, { ...sleeper(), name: given.inputs.name, hostname: "other" })).toEqual({
      updates: [],
      replaces: ["hostname"],
      deleteBeforeReplace: true,
    });
    const { name: _, ...unnamed } = sleeper();
    const madeUp = await create(unnamed);
    expect(madeUp.outputs.name).toMatch(/^c-[0-9a-f]{7}$/);
    const change = await plugin.diff(madeUp, { ...unnamed, hostname: "other" });
    expect(change).toMatchObject({ replaces: ["hostname"], deleteBeforeReplace: false });
  });

  it("to an unknown value replaces in the preview", async () => {
    const made = await create(sleeper());
    expect((await plugin.diff(made, { ...made.inputs, image: UNKNOWN })).replaces).toEqual(["image"]);
  });
});

describe("a refresh", () => {
  it("sees a container that was removed, or stopped although it must run", async () => {
    const removed = await create(sleeper());
    const stopped = await create(sleeper());
    const mayStop = await create(sleeper({ mustRun: false }));
    await docker("rm", "-f", removed.id);
    await docker("kill", stopped.id, mayStop.id);
    expect(await plugin.read(removed)).toBeUndefined();
    expect(await plugin.read(stopped)).toBeUndefined();
    expect((await plugin.read(mayStop))?.id).toBe(mayStop.id);
  });

  it("shows what was changed by hand, and nothing when nothing was", async () => {
    const network = await plugin.create(NETWORK, "n", { labels: TEST_LABELS });
    const inputs = sleeper({ memory: 64, restart: "always", networksAdvanced: [{ name: network.id }] });
    const made = await create(inputs);
    const untouched = await plugin.read(made);
    expect(untouched?.inputs).toEqual(made.inputs);
    await docker("update", "--memory", "32m", "--memory-swap", "64m", "--restart", "no", made.id);
    await docker("network", "disconnect", network.id, made.id);
    const touched = await plugin.read(made);
    expect(touched?.inputs).toMatchObject({ memory: 32, restart: "no", networksAdvanced: [] });
    const change = await plugin.diff(touched as Made, inputs);
    expect(change).toMatchObject({ updates: ["memory", "restart"], replaces: ["networksAdvanced"] });
  });

  it("sees that the image's name stands for another image now", async () => {
    const tag = `${unique()}:latest`;
    await docker("tag", IMAGE, tag);
    const inputs = sleeper({ image: tag });
    const made = await create(inputs);
    try {
      expect((await plugin.read(made))?.inputs.image).toBe(tag);
      const other = await docker("commit", made.id, tag);
      const drifted = await plugin.read(made);
      expect(drifted?.inputs.image).not.toBe(other);
      expect((await plugin.diff(drifted as Made, inputs)).replaces).toEqual(["image"]);
    } finally {
      await docker("rmi", "-f", tag);
    }
  });
});

describe("a create that is repeated", () => {
  it("adopts the container that an interrupted run made from the same inputs", async () => {
    const inputs = sleeper();
    const first = await create(inputs);
    expect((await create(inputs)).id).toBe(first.id);
  });

  it("replaces one from other inputs, and one that never started", async () => {
    const inputs = sleeper();
    const first = await create(inputs);
    const changed = await create({ ...inputs, hostname: "other" });
    expect(changed.id).not.toBe(first.id);
    await docker("kill", changed.id);
    const again = await create({ ...inputs, hostname: "other" });
    expect(await inspect(again.id, ".State.Running")).toBe(true);
    expect(again.id).not.toBe(changed.id);
  });

  it("refuses to touch a container of someone else", async () => {
    const name = unique();
    const foreign = await docker(
      "run",
      "-d",
      "--label",
      "drover.test=docker-plugin",
      "--name",
      name,
      IMAGE,
      "sleep",
      "9",
    );
    await expect(create(sleeper({ name }))).rejects.toThrow(`docker container rm ${name}`);
    expect(await inspect(foreign, ".State.Running")).toBe(true);
  });
});

describe("a one-shot container", () => {
  const oneShot = (script: string, inputs: Inputs = {}) =>
    sleeper({ command: ["sh", "-c", script], attach: true, logs: true, mustRun: false, ...inputs });

  it("is waited for; its exit code and log are outputs", async () => {
    const made = await create(oneShot("echo out; echo err >&2; exit 3"));
    expect(made.outputs.exitCode).toBe(3);
    expect(String(made.outputs.containerLogs).trim().split("\n").sort()).toEqual(["err", "out"]);
    expect((await plugin.read(made))?.outputs.containerLogs).toBe(made.outputs.containerLogs);
  });

  it("that was given a secret has a secret log", async () => {
    const inputs = oneShot("echo $WORD", { envs: ["WORD=hush"] });
    const made = await plugin.create(CONTAINER, "c", inputs, { secrets: [["envs", 0]] });
    expect(made.outputs.containerLogs).toBe("hush\n");
    expect(made.secrets).toEqual(expect.arrayContaining([["envs", 0], ["containerLogs"]]));
  });

  it("with `rm` leaves nothing behind, and stays in the state", async () => {
    const made = await create(oneShot("true", { rm: true }));
    expect(await docker("ps", "-aq", "--filter", `id=${made.id}`)).toBe("");
    expect((await plugin.read(made))?.outputs).toEqual(made.outputs);
  });
});

describe("a container that does not come up", () => {
  it("fails with the end of its log when it must run and ends", async () => {
    const inputs = sleeper({ command: ["sh", "-c", "echo no config; exit 4"] });
    await expect(create(inputs)).rejects.toThrow(/exit code 4.*mustRun: false[\s\S]*no config/);
    expect(await docker("ps", "-aq", "--filter", `name=${String(inputs.name)}`)).toBe("");
  });

  it("fails when it is not healthy in time, but stays, and is asked again by the next update", async () => {
    const healthcheck = { tests: ["CMD", "test", "-e", "/ready"], interval: "200ms" };
    const inputs = sleeper({ healthcheck, wait: true, waitTimeout: 1 });
    await expect(create(inputs)).rejects.toThrow(/not healthy after 1 s/);
    const id = await docker("ps", "-q", "--no-trunc", "--filter", `name=${String(inputs.name)}`);
    await docker("exec", id, "touch", "/ready");
    const checked = await plugin.check(CONTAINER, "c", inputs);
    const updated = await plugin.update({ type: CONTAINER, name: "c", id, inputs: checked, outputs: checked }, inputs);
    expect(updated.outputs.networkDatas).toHaveLength(1);
  });

  it("names the port that is taken and leaves no container behind", async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as { port: number };
    const inputs = sleeper({ ports: [{ internal: 80, external: port, ip: "127.0.0.1" }] });
    try {
      await expect(create(inputs)).rejects.toThrow(`port ${port} is already in use on 127.0.0.1`);
    } finally {
      holder.close();
    }
    expect(await docker("ps", "-aq", "--filter", `name=${String(inputs.name)}`)).toBe("");
  });
});

describe("a delete", () => {
  it("stops the container within its grace and takes its anonymous volumes along", async () => {
    const trap = "trap 'echo bye > /data/last; exit' TERM; while :; do sleep 0.1; done";
    const volume = await plugin.create(VOLUME, "v", { labels: TEST_LABELS });
    const volumes = [{ volumeName: volume.id, containerPath: "/data" }, { containerPath: "/anonymous" }];
    const made = await create(sleeper({ command: ["sh", "-c", trap], destroyGraceSeconds: 10, volumes }));
    const mounts = await inspect<{ Name: string; Destination: string }[]>(made.id, ".Mounts");
    const anonymous = mounts.find(({ Destination }) => Destination === "/anonymous")?.Name ?? "";
    await plugin.delete(made);
    await expect(docker("volume", "inspect", anonymous)).rejects.toThrow(/no such volume/i);
    expect(await docker("run", "--rm", "-v", `${volume.id}:/data`, IMAGE, "cat", "/data/last")).toBe("bye");
    await plugin.delete(made);
  });
});
