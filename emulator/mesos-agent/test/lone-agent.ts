import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentProcess, bundleAgent } from "./agent-process";
import { MasterStub } from "./master-stub";

/** An agent for command tasks, and a stub of a master that knows it. */
export class LoneAgent {
  private constructor(
    readonly master: MasterStub,
    readonly agent: AgentProcess,
    /** A folder of the test's own. */
    readonly scratch: string,
  ) {}

  /** Starts both and waits until the agent is registered. */
  static async start(): Promise<LoneAgent> {
    const scratch = mkdtempSync(join(tmpdir(), "mesos-agent-test-"));
    const master = await MasterStub.start();
    const flags = { MESOS_MASTER: master.address, MESOS_CONTAINERIZERS: "mesos" };
    const agent = await AgentProcess.create(await bundleAgent(scratch), flags);
    agent.start();
    await master.registered();
    return new LoneAgent(master, agent, scratch);
  }

  async remove(): Promise<void> {
    await this.agent.remove();
    await this.master.stop();
    rmSync(this.scratch, { recursive: true });
  }
}
