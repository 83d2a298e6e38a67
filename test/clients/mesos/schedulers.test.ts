import { execFile } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { FakeAgent, ports, scalar } from "@drover/emulator/mesos-master/test/fake-agent";
import { leaderOf, TestMaster } from "@drover/emulator/mesos-master/test/masters";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildClientImage } from "../client-image";
import { ClientProcess } from "./client-process";

const run = promisify(execFile);
const TASKS = 2;
/** Packages are fetched the first time. */
const LIMIT_MS = 300_000;
/** The libraries wait up to 10 s before they try again. */
const RETURN_LIMIT_MS = 60_000;

let zookeeper: TestZookeeper;
let detector: MasterDetector;
let agent: FakeAgent;
let masters: TestMaster[];
let environment: Record<string, string>;

beforeAll(async () => {
  zookeeper = await startZookeeper("clients");
  const zk = `zk://${zookeeper.server}/mesos`;
  environment = { MESOS_ZK: zk, MESOS_ZK_SESSION_TIMEOUT: "1secs", MESOS_QUORUM: "1" };
  masters = [await TestMaster.start(environment), await TestMaster.start(environment)];
  detector = createMasterDetector(zk, 1000);
  agent = new FakeAgent(detector, "node", [scalar("cpus", 4), scalar("mem", 1024), ports(31000, 31100)]);
  agent.start();
  await waitFor("the agent", () => agent.isRegistered, 30_000);
}, 120_000);

afterAll(async () => {
  agent?.stop();
  await Promise.all((masters ?? []).map((master) => master.end("SIGKILL")));
  await detector?.close();
  await zookeeper?.remove();
}, 30_000);

/** Runs tasks and gives their ids. */
async function runTasks(client: ClientProcess): Promise<string[]> {
  await client.heard(/^SUBSCRIBED /, 1, RETURN_LIMIT_MS);
  const lines = await client.heard(/ TASK_RUNNING$/, TASKS, RETURN_LIMIT_MS);
  return lines.map((line) => line.split(" ")[0] ?? "");
}

/** The tasks end by themselves, and the client hears it. */
async function finishTasks(client: ClientProcess, running: string[]): Promise<void> {
  for (const taskId of running) {
    await agent.update(taskId, "TASK_FINISHED");
  }
  const finished = await client.heard(/ TASK_FINISHED$/, TASKS, RETURN_LIMIT_MS);
  expect(new Set(finished)).toEqual(new Set(running.map((taskId) => `${taskId} TASK_FINISHED`)));
}

/** The leading master is killed; the client is back under its id. */
async function surviveFailover(client: ClientProcess): Promise<void> {
  const [first] = await client.heard(/^SUBSCRIBED /, 1, RETURN_LIMIT_MS);
  const leader = await leaderOf(masters);
  await leader.end("SIGKILL");
  // As under a supervisor: the killed master comes back, at the address that the client knows, as a standby.
  masters = [...masters.filter((master) => master !== leader), await TestMaster.start(environment, leader.port)];
  const subscriptions = await client.heard(/^SUBSCRIBED /, 2, RETURN_LIMIT_MS);
  expect(new Set(subscriptions)).toEqual(new Set([first]));
  await waitFor("the agent", () => agent.isRegistered, 30_000);
}

/** The library leaves it to its supervisor to start it again when a master is lost. */
const supervise = 'until node "$@"; do sleep 0.5; done';

test(
  "npm: mesos-framework runs tasks to their end over a failover",
  async () => {
    const folder = join(__dirname, "../../../.drover/clients/mesos-framework");
    mkdirSync(folder, { recursive: true });
    cpSync(join(__dirname, "node"), folder, { recursive: true });
    await run("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: folder });
    const leader = await leaderOf(masters);
    const program = [join(folder, "run.js"), "127.0.0.1", String(leader.port), String(TASKS), zookeeper.server];
    const client = ClientProcess.start("sh", ["-c", supervise, "supervisor", ...program]);
    try {
      const running = await runTasks(client);
      await surviveFailover(client);
      await finishTasks(client, running);
    } finally {
      await client.stop();
    }
  },
  LIMIT_MS,
);

test(
  "PyPI: mesoshttp runs tasks to their end over a failover",
  async () => {
    const image = await buildClientImage(join(__dirname, "python"));
    const name = `drover-test-mesoshttp-${process.pid}`;
    const flags = ["run", "--rm", "--init", "--network", "host", "--label", "drover.test=clients", "--name", name];
    const urls = masters.map(({ url }) => url);
    const client = ClientProcess.start("docker", [...flags, image, String(TASKS), ...urls]);
    try {
      const running = await runTasks(client);
      await surviveFailover(client);
      await finishTasks(client, running);
    } finally {
      await run("docker", ["rm", "--force", name]).catch(() => {});
      await client.stop();
    }
  },
  LIMIT_MS,
);
