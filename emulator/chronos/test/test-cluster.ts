import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { AgentProcess, bundleAgent } from "../../mesos-agent/test/agent-process";
import { TestMaster } from "../../mesos-master/test/masters";
import { bundleChronos, ChronosProcess } from "./chronos-process";

/** A real ZooKeeper, a master, two agents and any number of Chronos, each in a process of its own. */
export class TestCluster {
  private readonly instances: ChronosProcess[] = [];

  private constructor(
    readonly zookeeper: TestZookeeper,
    private master: TestMaster,
    readonly agents: AgentProcess[],
    readonly directory: string,
    private readonly bundle: string,
  ) {}

  /** The agents are at 127.0.0.1 and 127.0.0.2, in the racks r1 and r2. */
  static async start(): Promise<TestCluster> {
    const directory = mkdtempSync(join(tmpdir(), "chronos-test-"));
    const zookeeper = await startZookeeper("chronos");
    const zk = `zk://${zookeeper.server}/mesos`;
    const [bundle, agentBundle] = await Promise.all([bundleChronos(directory), bundleAgent(directory)]);
    const master = await startMaster(zk, directory);
    const agents = await Promise.all(
      [1, 2].map((number) =>
        AgentProcess.create(agentBundle, {
          MESOS_MASTER: zk,
          MESOS_IP: "127.0.0.1",
          MESOS_HOSTNAME: `127.0.0.${number}`,
          MESOS_RESOURCES: `cpus:4;mem:2048;disk:4096;ports:[3${number}000-3${number}999]`,
          MESOS_ATTRIBUTES: `rack:r${number}`,
          MESOS_CONTAINERIZERS: "docker,mesos",
        }),
      ),
    );
    for (const agent of agents) agent.start();
    const cluster = new TestCluster(zookeeper, master, agents, directory, bundle);
    await cluster.agentsAreActive();
    return cluster;
  }

  /** A master ends when it loses ZooKeeper, and is started again by whoever supervises it. */
  async restartMaster(): Promise<void> {
    await this.master.end("SIGKILL");
    this.master = await startMaster(`zk://${this.zookeeper.server}/mesos`, this.directory);
    await this.agentsAreActive();
  }

  private async agentsAreActive(): Promise<void> {
    const count = async () => (await this.master.json<{ activated_slaves: number }>("/state")).activated_slaves;
    await waitFor("two agents", async () => (await count()) === 2, 20_000);
  }

  /** @param path below which this Chronos keeps its state; those with the same path are one */
  async chronos(path: string, flags: Record<string, string> = {}): Promise<ChronosProcess> {
    const chronos = await ChronosProcess.start(this.bundle, {
      master: `zk://${this.zookeeper.server}/mesos`,
      zk_hosts: this.zookeeper.server,
      zk_path: path,
      zk_timeout: "2000",
      mesos_framework_name: path.slice(1),
      failover_timeout: "30",
      min_revive_offers_interval: "200",
      decline_offer_duration: "500",
      failure_retry: "500",
      ...flags,
    });
    this.instances.push(chronos);
    return chronos;
  }

  /** What all of them said; to be shown when a test fails. */
  logs(): string {
    return [...this.instances, ...this.agents].map(({ output }) => output).join("");
  }

  async remove(): Promise<void> {
    for (const instance of this.instances) if (!instance.hasEnded) await instance.end("SIGKILL");
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

const label = "drover.test=chronos";

/** What a job of these tests with an image has to carry, so that its container is found and removed. */
export const containerLabel = { key: "label", value: label };

/** Ended containers are kept by the agent for hours. */
async function removeContainers(): Promise<void> {
  const run = promisify(execFile);
  const { stdout } = await run("docker", ["ps", "-aq", "--filter", `label=${label}`, "--filter", "name=mesos-"]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await run("docker", ["rm", "--force", "--volumes", ...ids]);
}
