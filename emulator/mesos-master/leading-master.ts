import { Acceptance } from "./acceptance";
import { Agents } from "./agents";
import { Allocator } from "./allocator";
import type { Cluster } from "./cluster";
import { Drains } from "./drains";
import type { MasterFlags } from "./flags";
import { Frameworks } from "./frameworks";
import { type Leadership, nowSeconds } from "./leadership";
import { Offers } from "./offers";
import { Registrar } from "./registrar";
import { SchedulerCalls } from "./scheduler-calls";
import { TaskUpdates } from "./task-updates";

/** All that a master has while it leads, put together. */
export class LeadingMaster {
  readonly electedSeconds = nowSeconds();
  readonly frameworks: Frameworks;
  readonly agents: Agents;
  readonly registrar: Registrar;
  readonly drains: Drains;
  readonly calls: SchedulerCalls;
  readonly allocator: Allocator;
  /** The registry is loaded: frameworks and agents may come. */
  recovered = false;

  constructor(readonly leadership: Leadership) {
    const updates = new TaskUpdates(leadership);
    const offers = new Offers(leadership, updates);
    this.allocator = new Allocator(leadership, offers);
    this.frameworks = new Frameworks(leadership, updates, offers, this.allocator);
    this.agents = new Agents(leadership, updates, offers, this.frameworks, this.allocator);
    this.registrar = new Registrar(leadership, this.agents, updates);
    this.drains = new Drains(leadership, this.agents, this.registrar, offers, this.allocator, updates);
    const acceptance = new Acceptance(leadership, updates, offers);
    this.calls = new SchedulerCalls(leadership, updates, offers, acceptance, this.frameworks, this.allocator);
  }

  get cluster(): Cluster {
    return this.leadership.cluster;
  }

  get flags(): MasterFlags {
    return this.leadership.flags;
  }

  /** @throws ZookeeperError when the registry cannot be read; such a master must not lead */
  async recover(): Promise<void> {
    await this.registrar.recover();
    this.recovered = true;
    const { recoveredAgents } = this.cluster;
    this.leadership.log.info({ agents: recoveredAgents.size }, "registry recovered");
  }

  stop(): void {
    this.allocator.stop();
    this.frameworks.stop();
    this.registrar.stop();
  }
}
