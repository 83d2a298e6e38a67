import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { leaderOf, TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { TestFramework, task } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import type { Operation, Resource, TaskInfo } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WORK_DIR_LABEL } from "./docker/create-options";
import { parseResources } from "./resources/parse";
import { AgentProcess, bundleAgent } from "./test/agent-process";

const run = promisify(execFile);
const SESSION_MS = 2000;

let scratch: string;
let zookeeper: TestZookeeper;
let detector: MasterDetector;
let masters: TestMaster[] = [];
let agent: AgentProcess;
let framework: TestFramework;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-cluster-"));
  zookeeper = await startZookeeper("mesos-agent");
  const zk = `zk://${zookeeper.server}/mesos`;
  const flags = { MESOS_ZK: zk, MESOS_ZK_SESSION_TIMEOUT: `${SESSION_MS}ms`, MESOS_QUORUM: "2" };
  masters = [await TestMaster.start(flags), await TestMaster.start(flags)];
  agent = await AgentProcess.create(await bundleAgent(scratch), {
    MESOS_MASTER: zk,
    MESOS_ZK_SESSION_TIMEOUT: `${SESSION_MS}ms`,
  });
  agent.start();
  detector = createMasterDetector(zk, SESSION_MS);
  framework = new TestFramework(detector, {
    capabilities: [{ type: "PARTITION_AWARE" }, { type: "TASK_KILLING_STATE" }],
  });
}, 120_000);

afterAll(async () => {
  framework.driver.stop();
  await detector.close();
  await Promise.all(masters.map((master) => master.end("SIGKILL")));
  const { stdout } = await run("docker", ["ps", "-aq", "--filter", `label=${WORK_DIR_LABEL}=${agent.workDir}`]);
  await agent.remove();
  await Promise.all(
    stdout
      .split("\n")
      .filter(Boolean)
      .map((id) => run("docker", ["rm", "--force", id])),
  );
  await zookeeper.remove();
  rmSync(scratch, { recursive: true });
});

test("a Docker task outlives the leading master and the agent's process, and ends when its framework says so", async () => {
  const offer = await framework.offer();
  expect(offer).toMatchObject({ hostname: "agent.example", url: { path: "/slave(1)", address: { port: agent.port } } });
  const container = {
    type: "DOCKER" as const,
    docker: { image: "debian:bookworm-slim", network: "BRIDGE" as const },
  };
  const info = task("t", offer, parseResources("cpus:0.1;mem:32"));
  await framework.launch(offer, { ...info, container, command: { value: "exec sleep 1000" } });
  await framework.status("t", "TASK_RUNNING");

  await (await leaderOf(masters)).end("SIGKILL");
  const next = await leaderOf(masters);
  await waitFor("the task at the next leader", async () => (await stateOf(next, "t")) === "TASK_RUNNING", 20_000);

  await agent.end("SIGKILL");
  agent.start();
  await waitFor("the agent to be back", async () => (await next.metric("master/slaves_active")) === 1, 20_000);
  expect(await stateOf(next, "t")).toBe("TASK_RUNNING");

  await waitFor("the framework to be subscribed again", () => framework.driver.isSubscribed);
  await framework.driver.kill("t");
  await framework.status("t", "TASK_KILLING");
  const killed = await framework.status("t", "TASK_KILLED", 0, 20_000);
  expect(killed).toMatchObject({ message: "Container exited with status 137", source: "SOURCE_EXECUTOR" });
  await waitFor("the agent to forget the task", async () => {
    const { frameworks } = await agent.json<{ frameworks: unknown[] }>("/state");
    return frameworks.length === 0;
  });
}, 120_000);

async function stateOf(master: TestMaster, id: string): Promise<string | undefined> {
  const { tasks } = await master.json<{ tasks: { id: string; state: string }[] }>("/tasks");
  return tasks.find((each) => each.id === id)?.state;
}

test("a volume is reserved, created and used in one call; a drain kills its task, and the data stays", async () => {
  const leader = await leaderOf(masters);
  await framework.driver.teardown(); // it holds an offer of what this test needs
  const writer = new TestFramework(detector, {
    name: "volumes",
    roles: ["vol"],
    principal: "vp",
    capabilities: ["MULTI_ROLE", "RESERVATION_REFINEMENT", "PARTITION_AWARE", "TASK_KILLING_STATE"].map((type) => ({
      type,
    })),
  });
  const offer = await writer.offer(({ resources }) => resources.some(({ name }) => name === "disk"));
  const allocation_info = { role: "vol" };
  const disk: Resource = {
    name: "disk",
    type: "SCALAR",
    scalar: { value: 64 },
    allocation_info,
    reservations: [{ type: "DYNAMIC", role: "vol", principal: "vp" }],
  };
  const persistence = {
    persistence: { id: "v1", principal: "vp" },
    volume: { container_path: "data", mode: "RW" as const },
  };
  const volume = { ...disk, disk: persistence };
  const info: TaskInfo = {
    name: "writer",
    task_id: { value: "writer" },
    agent_id: offer.agent_id,
    resources: [...parseResources("cpus:0.1;mem:32").map((each) => ({ ...each, allocation_info })), volume],
    command: { value: "echo kept > data/file; exec sleep 1000" },
    kill_policy: { grace_period: { nanoseconds: 600e9 } },
  };
  await writer.driver.accept([offer.id], [
    { type: "RESERVE", reserve: { resources: [disk] } },
    { type: "CREATE", create: { volumes: [volume] } },
    { type: "LAUNCH", launch: { task_infos: [info] } },
  ] as Operation[]);
  await writer.status("writer", "TASK_RUNNING");
  const file = join(agent.workDir, "volumes/roles/vol/v1/file");
  await waitFor("the data", () => readFileSync(file, "utf8") === "kept\n");

  const drain_agent = { agent_id: offer.agent_id, max_grace_period: { seconds: 1 } };
  expect((await leader.post("/api/v1", { type: "DRAIN_AGENT", drain_agent })).status).toBe(200);
  const killed = await writer.status("writer", "TASK_KILLED");
  expect(killed).toMatchObject({ reason: "REASON_AGENT_DRAINING", source: "SOURCE_EXECUTOR" });
  await waitFor("the agent to be drained", async () => {
    const { slaves } = await leader.json<{ slaves: { drain_info?: { state: string } }[] }>("/slaves");
    return slaves[0]?.drain_info?.state === "DRAINED";
  });
  expect(await agent.json("/state")).toMatchObject({ reserved_resources: { vol: { disk: 64 } } });
  expect(readFileSync(file, "utf8")).toBe("kept\n");
  await writer.driver.teardown();
  writer.driver.stop();
}, 60_000);
