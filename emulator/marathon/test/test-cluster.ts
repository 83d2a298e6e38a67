import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { AgentProcess, bundleAgent } from "../../mesos-agent/test/agent-process";
import { TestMaster } from "../../mesos-master/test/masters";
import { bundleMarathon, MarathonProcess } from "./marathon-process";

/** A real ZooKeeper, a master, two agents and any number of Marathons, each in a process of its own. */
export class TestCluster {
  private readonly marathons: MarathonProcess[] = [];

  private constructor(
    readonly zookeeper: TestZookeeper,
    private master: TestMaster,
    readonly agents: AgentProcess[],
    private readonly directory: string,
    private readonly bundle: string,
  ) {}

  /** The agents are at 127.0.0.1 and 127.0.0.2, in the racks r1 and r2. */
  static async start(): Promise<TestCluster> {
    const directory = mkdtempSync(join(tmpdir(), "marathon-test-"));
    const zookeeper = await startZookeeper("marathon");
    const zk = `zk://${zookeeper.server}/mesos`;
    const master = await startMaster(zk, directory);
    const [bundle, agentBundle] = await Promise.all([bundleMarathon(directory), bundleAgent(directory)]);
    const agents = await Promise.all(
      [1, 2].map((number) =>
        AgentProcess.create(agentBundle, {
          MESOS_MASTER: zk,
          MESOS_IP: "127.0.0.1",
          MESOS_HOSTNAME: `127.0.0.${number}`,
          MESOS_RESOURCES: `cpus:4;mem:2048;disk:4096;ports:[3${number}000-3${number}999]`,
          MESOS_ATTRIBUTES: `rack:r${number}`,
        }),
      ),
    );
    for (const agent of agents) agent.start();
    const cluster = new TestCluster(zookeeper, master, agents, directory, bundle);
    await waitFor("two agents", () => cluster.hasActiveAgents(2), 20_000);
    return cluster;
  }

  async hasActiveAgents(count: number): Promise<boolean> {
    return (await this.master.json<{ activated_slaves: number }>("/state")).activated_slaves === count;
  }

  /** The tasks that the master knows of, ended ones too. */
  async tasks(): Promise<{ id: string; state: string }[]> {
    return (await this.master.json<{ tasks: { id: string; state: string }[] }>("/tasks")).tasks;
  }

  /** Kills the master and starts another with the same registry. */
  async replaceMaster(): Promise<void> {
    await this.master.end("SIGKILL");
    this.master = await startMaster(`zk://${this.zookeeper.server}/mesos`, this.directory);
    await waitFor("the agents to be back", () => this.hasActiveAgents(2), 20_000);
  }

  /** @param path below which this Marathon keeps its state; those with the same path are one */
  async marathon(path: string, environment: Record<string, string> = {}): Promise<MarathonProcess> {
    const marathon = await MarathonProcess.start(this.bundle, {
      MARATHON_MASTER: `zk://${this.zookeeper.server}/mesos`,
      MARATHON_ZK: `zk://${this.zookeeper.server}${path}`,
      MARATHON_FRAMEWORK_NAME: path.slice(1),
      MARATHON_FAILOVER_TIMEOUT: "10",
      MARATHON_ZK_SESSION_TIMEOUT: "2000",
      ...environment,
    });
    this.marathons.push(marathon);
    return marathon;
  }

  /** What all of them said; to be shown when a test fails. */
  logs(): string {
    const [marathons, agents] = [this.marathons, this.agents].map((all) => all.map(({ output }) => output).join(""));
    return [marathons, agents, this.master.log].join("");
  }

  async remove(): Promise<void> {
    for (const marathon of this.marathons) if (!marathon.hasEnded) await marathon.end("SIGKILL");
    for (const agent of this.agents) await agent.remove();
    await this.master.end("SIGKILL");
    await this.zookeeper.remove();
    await removeContainers();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function startMaster(zk: string, directory: string): Promise<TestMaster> {
  return TestMaster.start({
    MESOS_ZK: zk,
    MESOS_QUORUM: "1",
    MESOS_WORK_DIR: join(directory, "master"),
    MESOS_ZK_SESSION_TIMEOUT: "2secs",
    MESOS_AGENT_PING_TIMEOUT: "1secs",
    MESOS_MAX_AGENT_PING_TIMEOUTS: "2",
  });
}

/** Ended containers are kept by the agent for hours; these are told by their label. */
async function removeContainers(): Promise<void> {
  const { stdout } = await promisify(execFile)("docker", [
    "ps",
    "-aq",
    "--filter",
    "label=drover.test=marathon",
    "--filter",
    "name=mesos-",
  ]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await promisify(execFile)("docker", ["rm", "--force", "--volumes", ...ids]);
}

/** A shell line that serves HTTP on the task's first port: 200, or whatever status the file `status` in its sandbox says. */
export const webServer = `exec ${process.execPath} -e "${[
  "const fs = require('fs');",
  "require('http').createServer((q, r) => {",
  "  const status = fs.existsSync('status') ? Number(fs.readFileSync('status')) : 200;",
  "  r.writeHead(status).end(process.env.MARATHON_APP_VERSION);",
  "}).listen(process.env.PORT0)",
].join(" ")}"`;
