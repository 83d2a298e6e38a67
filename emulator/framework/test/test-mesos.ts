import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ServerProcess } from "@drover/lib/test/server-process";
import { waitFor } from "@drover/lib/test/wait";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { AgentProcess, bundleAgent } from "../../mesos-agent/test/agent-process";
import { TestMaster } from "../../mesos-master/test/masters";

/** For frameworks to run on: a real ZooKeeper, a master and two agents, each in a process of its own. */
export class TestMesos {
  private readonly frameworks: ServerProcess[] = [];

  private constructor(
    private readonly name: string,
    readonly zookeeper: TestZookeeper,
    private master: TestMaster,
    readonly agents: AgentProcess[],
    /** A folder of the tests' own. */
    readonly directory: string,
  ) {}

  /**
   * The agents are at 127.0.0.1 and 127.0.0.2, in the racks r1 and r2.
   * @param name of the tests: containers with the label `drover.test=<name>` are removed in the end
   */
  static async start(name: string): Promise<TestMesos> {
    const directory = mkdtempSync(join(tmpdir(), `${name}-test-`));
    const zookeeper = await startZookeeper(name);
    const zk = `zk://${zookeeper.server}/mesos`;
    const [master, bundle] = await Promise.all([startMaster(zk, directory), bundleAgent(directory)]);
    const agents = await Promise.all(
      [1, 2].map((number) =>
        AgentProcess.create(bundle, {
          MESOS_MASTER: zk,
          MESOS_HOSTNAME: `127.0.0.${number}`,
          MESOS_RESOURCES: `cpus:4;mem:2048;disk:4096;ports:[3${number}000-3${number}999]`,
          MESOS_ATTRIBUTES: `rack:r${number}`,
        }),
      ),
    );
    for (const agent of agents) agent.start();
    const mesos = new TestMesos(name, zookeeper, master, agents, directory);
    await mesos.agentsAreActive();
    return mesos;
  }

  /** URL for `--master`. */
  get zk(): string {
    return `zk://${this.zookeeper.server}/mesos`;
  }

  /** Takes care of a framework: its output is among the logs, and it ends with the rest. */
  add(instance: ServerProcess): void {
    this.frameworks.push(instance);
  }

  /** The tasks that the master knows of, ended ones too. */
  async tasks(): Promise<{ id: string; state: string }[]> {
    return (await this.master.json<{ tasks: { id: string; state: string }[] }>("/tasks")).tasks;
  }

  /** Kills the master, which may have ended without ZooKeeper, and starts another with the same registry. */
  async replaceMaster(): Promise<void> {
    await this.master.end("SIGKILL");
    this.master = await startMaster(this.zk, this.directory);
    await this.agentsAreActive();
  }

  /** Waits until both agents are there. */
  async agentsAreActive(): Promise<void> {
    const count = async () => (await this.master.json<{ activated_slaves: number }>("/state")).activated_slaves;
    await waitFor("two agents", async () => (await count()) === this.agents.length, 20_000);
  }

  /** What all of them said; to be shown when a test fails. */
  logs(): string {
    return [...this.frameworks, ...this.agents, this.master].map(({ output }) => output).join("");
  }

  async remove(): Promise<void> {
    for (const instance of this.frameworks) if (!instance.hasEnded) await instance.end("SIGKILL");
    for (const agent of this.agents) await agent.remove();
    await this.master.end("SIGKILL");
    await this.zookeeper.remove();
    await removeTaskContainers(this.name);
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

/** Ended containers are kept by the agent for hours; those of tests are told by their label. */
async function removeTaskContainers(name: string): Promise<void> {
  const run = promisify(execFile);
  const filters = [`label=drover.test=${name}`, "name=mesos-"].flatMap((filter) => ["--filter", filter]);
  const { stdout } = await run("docker", ["ps", "-aq", ...filters]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length > 0) await run("docker", ["rm", "--force", "--volumes", ...ids]);
}
