import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ContainerInfo, TaskInfo } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import type { ContainerInspectInfo } from "dockerode";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WORK_DIR_LABEL } from "./docker/create-options";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

const run = promisify(execFile);
const IMAGE = "debian:bookworm-slim";
/** Besides the agent's own label, so that nothing of these tests can stay behind unseen. */
const LABEL = { key: "label", value: "drover.test=mesos-agent" };

let bundle: string;
let scratch: string;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-bundle-"));
  bundle = await bundleAgent(scratch);
});
afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(async () => {
  master = await MasterStub.start();
  agent = await AgentProcess.create(bundle, { MESOS_MASTER: master.address });
});
afterEach(async () => {
  const own = await ownContainers();
  await agent.remove();
  if (own.length > 0) {
    await docker("rm", "--force", "--volumes", ...own);
  }
  await master.stop();
});

async function docker(...args: string[]): Promise<string> {
  return (await run("docker", args)).stdout.trim();
}

async function ownContainers(): Promise<string[]> {
  const ids = await docker("ps", "--all", "--quiet", "--filter", `label=${WORK_DIR_LABEL}=${agent.workDir}`);
  return ids.split("\n").filter((id) => id !== "");
}

async function started(changes: Record<string, string> = {}): Promise<void> {
  agent.start(changes);
  await master.registered(master.registrations.length + 1);
}

type Docker = NonNullable<ContainerInfo["docker"]>;

function dockerTask(id: string, value: string, settings: Partial<Docker> = {}, task: Partial<TaskInfo> = {}) {
  const { parameters = [], ...rest } = settings;
  const info = { image: IMAGE, network: "HOST" as const, parameters: [LABEL, ...parameters], ...rest };
  return { id, command: { value }, container: { type: "DOCKER" as const, docker: info }, ...task };
}

const withPort = (port: number): TaskInfo["resources"] => [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, allocation_info: { role: "web" } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 }, allocation_info: { role: "web" } },
  { name: "ports", type: "RANGES", ranges: { range: [{ begin: port, end: port }] } },
];

test("a task ends with its container, its output is in the sandbox", async () => {
  await started();
  master.run(dockerTask("out", "echo up; echo down >&2; cat /proc/self/cgroup >/dev/null; exit 3"));
  const failed = await master.reached("out", "TASK_FAILED");
  expect(failed).toMatchObject({ message: "Container exited with status 3", source: "SOURCE_EXECUTOR" });
  expect(master.statesOf("out")).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]);
  const sandbox = "/frameworks/F-0000/executors/out/runs/latest";
  expect(await agent.json(`/files/read?path=${sandbox}/stdout&offset=0`)).toMatchObject({ data: "up\n" });
  expect(await agent.json(`/files/read?path=${sandbox}/stderr&offset=0`)).toMatchObject({ data: "down\n" });
});

test("a bridged task tells its inspection and address, and its mapped port is reachable", async () => {
  await started();
  const web = `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1);
    while ($c = $s->accept) { <$c>; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nhello"; close $c }'`;
  const health = { type: "HTTP" as const, http: { port: 8080, path: "/" } };
  const timing = { delay_seconds: 0, interval_seconds: 0.2, grace_period_seconds: 10 };
  const settings: Partial<Docker> = { network: "BRIDGE", port_mappings: [{ host_port: 31007, container_port: 8080 }] };
  master.run(dockerTask("web", web, settings, { resources: withPort(31007), health_check: { ...health, ...timing } }));
  const running = await master.reached("web", "TASK_RUNNING");
  const [inspect] = JSON.parse(Buffer.from(running.data ?? "", "base64").toString()) as ContainerInspectInfo[];
  const address = inspect?.NetworkSettings.Networks.bridge?.IPAddress;
  expect(inspect?.Name).toBe(`/mesos-${running.container_status?.container_id?.value}`);
  expect(running.container_status?.network_infos).toEqual([
    { ip_addresses: [{ protocol: "IPv4", ip_address: address }] },
  ]);
  const healthy = await waitFor("the health check", () => master.statusesOf("web").find((s) => s.healthy));
  expect(healthy.container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address).toBe(address);
  const answer = await waitFor("the mapped port", async () => (await fetch("http://127.0.0.1:31007/")).text());
  expect(answer).toBe("hello");
  const [statistics] = await agent.json<{ statistics: Record<string, number> }[]>("/monitor/statistics");
  expect(statistics?.statistics.mem_limit_bytes).toBe(33_554_432);
  expect(statistics?.statistics.mem_rss_bytes).toBeGreaterThan(0);
});

test("volumes: the sandbox, a directory of it, the host's", async () => {
  await started();
  const volumes = [
    { container_path: "/host", host_path: scratch, mode: "RO" as const },
    { container_path: "/inner", host_path: "data/inner", mode: "RW" as const },
  ];
  const script = 'echo x > /inner/file && test -e /host/mesos-agent.cjs && ! touch /host/x && ls "$MESOS_SANDBOX"/data';
  const task = dockerTask("volumes", script);
  master.run({ ...task, container: { ...task.container, volumes } });
  await master.reached("volumes", "TASK_FINISHED");
  const sandbox = "/frameworks/F-0000/executors/volumes/runs/latest";
  expect(await agent.json(`/files/read?path=${sandbox}/data/inner/file&offset=0`)).toMatchObject({ data: "x\n" });
});

test("a user network gives the address, a named volume the data, the agent's DNS the resolver", async () => {
  const network = `mesos-agent-${process.pid}`;
  const volume = await docker("volume", "create", "--label", LABEL.value);
  await docker("network", "create", "--label", LABEL.value, network);
  try {
    const dns = { docker: [{ network_mode: "USER", dns: { nameservers: ["127.0.0.1"], search: ["example.test"] } }] };
    await started({ MESOS_DEFAULT_CONTAINER_DNS: JSON.stringify(dns) });
    const task = dockerTask(
      "user",
      "grep -q example.test /etc/resolv.conf && echo kept > /data/file; exec sleep 1000",
      {
        network: "USER",
      },
    );
    const source = { type: "DOCKER_VOLUME" as const, docker_volume: { driver: "local", name: volume } };
    const volumes = [{ container_path: "/data", mode: "RW" as const, source }];
    master.run({ ...task, container: { ...task.container, network_infos: [{ name: network }], volumes } });
    const { data, container_status } = await master.reached("user", "TASK_RUNNING");
    const [inspect] = JSON.parse(Buffer.from(data ?? "", "base64").toString()) as ContainerInspectInfo[];
    const address = inspect?.NetworkSettings.Networks[network]?.IPAddress;
    expect(container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address).toBe(address);
    const mount = await docker("volume", "inspect", "--format", "{{.Mountpoint}}", volume);
    await waitFor("the file", () => readFileSync(join(mount, "file"), "utf8") === "kept\n");
  } finally {
    await docker("rm", "--force", ...(await ownContainers()));
    await docker("network", "rm", network);
    await docker("volume", "rm", volume);
  }
});

test("a kill stops the container after the grace; docker exec checks its health", async () => {
  await started();
  const health_check = { type: "COMMAND" as const, command: { value: "test -e /tmp/up" }, delay_seconds: 0 };
  const script = "trap '' TERM; touch /tmp/up; while :; do sleep 0.1; done";
  master.run(dockerTask("stubborn", script, {}, { health_check: { ...health_check, interval_seconds: 0.2 } }));
  await waitFor("the health check", () => master.statusesOf("stubborn").find(({ healthy }) => healthy));
  master.kill("stubborn", 1);
  expect(await master.reached("stubborn", "TASK_KILLED")).toMatchObject({
    message: "Container exited with status 137",
  });
  expect(master.statesOf("stubborn").at(-2)).toBe("TASK_KILLING");
});

test("an unhealthy container is killed", async () => {
  await started();
  const check = { type: "TCP" as const, tcp: { port: 9 }, delay_seconds: 0, interval_seconds: 0.1 };
  const health_check = { ...check, grace_period_seconds: 0, consecutive_failures: 2 };
  master.run(
    dockerTask(
      "sick",
      "exec sleep 1000",
      { network: "BRIDGE" },
      { health_check, kill_policy: { grace_period: { nanoseconds: 0 } } },
    ),
  );
  expect(await master.reached("sick", "TASK_KILLED")).toMatchObject({ healthy: false });
});

test("an image that cannot be pulled, a parameter that is not supported, an entrypoint that does not exist", async () => {
  await started();
  master.run(dockerTask("image", "true", { image: "localhost:1/no-such-image" }));
  master.run(dockerTask("parameter", "true", { parameters: [{ key: "restart", value: "always" }] }));
  master.run({ ...dockerTask("entrypoint", ""), command: { shell: false, value: "/no-such-program" } });
  const image = await master.reached("image", "TASK_FAILED");
  expect(image).toMatchObject({ source: "SOURCE_AGENT", reason: "REASON_CONTAINER_LAUNCH_FAILED" });
  expect(image.message).toMatch(
    /^Failed to launch container: Failed to run 'docker -H unix:\/\/\/var\/run\/docker.sock pull localhost:1\/no-such-image': exited with status 1; stderr='Error response from daemon: /,
  );
  expect((await master.reached("parameter", "TASK_FAILED")).message).toContain("'restart' is not supported");
  expect((await master.reached("entrypoint", "TASK_FAILED")).message).toContain("/no-such-program");
  await waitFor("the container that did not start to go", async () => (await ownContainers()).length === 0);
});

test("a kill before the start ends the task at once", async () => {
  await started();
  master.run(dockerTask("early", "sleep 1000"));
  master.kill("early");
  expect(await master.reached("early", "TASK_KILLED")).toMatchObject({
    source: "SOURCE_AGENT",
    reason: "REASON_TASK_KILLED_DURING_LAUNCH",
    message: "Killed before delivery to the executor",
  });
});

test("a container runs on while the agent is killed and started again; its output has no gap", async () => {
  await started();
  const script = "i=0; while [ ! -e $MESOS_SANDBOX/stop ]; do i=$((i+1)); echo $i; sleep 0.05; done; echo end";
  master.run(dockerTask("keeper", script));
  master.run(dockerTask("goner", "exec sleep 1000"));
  await master.reached("keeper", "TASK_RUNNING");
  const goner = await master.reached("goner", "TASK_RUNNING");
  await agent.end("SIGKILL");
  await docker("kill", `mesos-${goner.container_status?.container_id?.value}`);
  await started();
  expect(await master.reached("goner", "TASK_FAILED")).toMatchObject({ reason: "REASON_EXECUTOR_TERMINATED" });
  const keeper = master.statusesOf("keeper").at(-1);
  const name = `mesos-${keeper?.container_status?.container_id?.value}`;
  await docker("exec", name, "touch", "/mnt/mesos/sandbox/stop");
  expect(await master.reached("keeper", "TASK_FINISHED")).toMatchObject({ message: "Container exited with status 0" });
  const { data } = await agent.json<{ data: string }>(
    "/files/read?path=/frameworks/F-0000/executors/keeper/runs/latest/stdout&offset=0",
  );
  const lines = data.trimEnd().split("\n");
  const numbers = lines.slice(0, -1).map(Number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(lines.at(-1)).toBe("end");
});

test("orphans of this work directory go, those of others stay, ended containers go after their delay", async () => {
  const create = (name: string, workDir: string) =>
    docker(
      "run",
      "--detach",
      "--name",
      name,
      "--label",
      LABEL.value,
      "--label",
      `${WORK_DIR_LABEL}=${workDir}`,
      IMAGE,
      "sleep",
      "1000",
    );
  const other = await create(`mesos-other-${process.pid}`, "/somewhere/else");
  try {
    const orphan = await create(`mesos-orphan-${process.pid}`, agent.workDir);
    await started({ MESOS_DOCKER_REMOVE_DELAY: "1secs", MESOS_DISK_WATCH_INTERVAL: "500ms" });
    master.run(dockerTask("short", "true"));
    await master.reached("short", "TASK_FINISHED");
    await waitFor("an empty list", async () => (await ownContainers()).length === 0);
    expect(await docker("ps", "--all", "--quiet", "--no-trunc", "--filter", `id=${orphan}`)).toBe("");
    expect(await docker("ps", "--quiet", "--no-trunc", "--filter", `id=${other}`)).toBe(other);
  } finally {
    await docker("rm", "--force", other);
  }
});

test("a Mesos container's volume is made with its driver's options", async () => {
  await started();
  const name = `mesos-agent-options-${process.pid}`;
  const parameter = Object.entries({ type: "tmpfs", device: "tmpfs", o: "size=1m" }).map(([key, value]) => ({
    key,
    value,
  }));
  const source = {
    type: "DOCKER_VOLUME" as const,
    docker_volume: { driver: "local", name, driver_options: { parameter } },
  };
  const container: ContainerInfo = {
    type: "MESOS",
    mesos: { image: { type: "DOCKER", docker: { name: IMAGE } } },
    volumes: [{ container_path: "/data", mode: "RW", source }],
  };
  master.run({ id: "tmpfs", command: { value: "grep -q '/data tmpfs.*size=1024k' /proc/mounts" }, container });
  await master.reached("tmpfs", "TASK_FINISHED");
  await docker("rm", "--force", ...(await ownContainers()));
  await docker("volume", "rm", name);
});

test("a task group of images: one volume of the executor for both, ends in the Mesos containerizer's words", async () => {
  await started();
  const source = { type: "SANDBOX_PATH" as const, sandbox_path: { type: "PARENT" as const, path: "shared" } };
  const container: ContainerInfo = {
    type: "MESOS",
    mesos: { image: { type: "DOCKER", docker: { name: IMAGE } } },
    volumes: [{ container_path: "/shared", mode: "RW", source }],
  };
  const reader = "while [ ! -e /shared/file ]; do sleep 0.1; done; cat /shared/file";
  master.runGroup({ reader, writer: "echo hello > /shared/file" }, { container });
  const { message } = await master.reached("reader", "TASK_FINISHED");
  expect(message).toBe("Command exited with status 0");
  const sandbox = "/frameworks/F-0000/executors/pod/runs/latest";
  expect(await agent.json(`/files/read?path=${sandbox}/tasks/reader/stdout&offset=0`)).toMatchObject({
    data: "hello\n",
  });
});
