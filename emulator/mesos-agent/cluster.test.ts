import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { leaderOf, TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { TestFramework, task } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
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
