import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import { waitFor } from "@drover/lib/test/wait";
import { FakeAgent, ports, scalar } from "./fake-agent";
import { TestMaster } from "./masters";
import { TestFramework } from "./test-framework";

type Info = ConstructorParameters<typeof TestFramework>[1];

const RESOURCES = [scalar("cpus", 4), scalar("mem", 2048), scalar("disk", 4096), ports(31000, 32000)];

/** A master that stands alone, with the agents and frameworks of its tests. */
export class TestCluster {
  private readonly detector: MasterDetector;
  private readonly frameworks: TestFramework[] = [];
  private readonly agents: FakeAgent[] = [];

  private constructor(readonly master: TestMaster) {
    this.detector = createMasterDetector(`127.0.0.1:${master.port}`);
  }

  static async start(flags: Record<string, string> = {}): Promise<TestCluster> {
    const own = { MESOS_REGISTRY: "in_memory", MESOS_ALLOCATION_INTERVAL: "200ms" };
    return new TestCluster(await TestMaster.start({ ...own, ...flags }));
  }

  async stop(): Promise<void> {
    for (const part of [...this.frameworks.map(({ driver }) => driver), ...this.agents]) {
      part.stop();
    }
    await this.master.end("SIGKILL");
  }

  async newAgent(hostname: string): Promise<FakeAgent> {
    const agent = new FakeAgent(this.detector, hostname, RESOURCES);
    this.agents.push(agent);
    agent.start();
    await waitFor(`the registration of ${hostname}`, () => agent.isRegistered);
    return agent;
  }

  newFramework(info: Info = {}): TestFramework {
    const framework = new TestFramework(this.detector, info);
    this.frameworks.push(framework);
    return framework;
  }

  /** One agent and one framework that has its offer; `done` takes both out of the other tests' way. */
  async pair(hostname: string, info: Info = {}) {
    const agent = await this.newAgent(hostname);
    const framework = this.newFramework(info);
    const offer = await framework.offer((each) => each.hostname === hostname);
    const done = async () => {
      await framework.driver.teardown();
      await agent.say({ type: "UNREGISTER" });
      agent.stop();
    };
    return { agent, framework, offer, done };
  }
}
