import { Acls } from "../access/acls";
import { Agents } from "../agents/agents";
import { Drains } from "../agents/drains";
import { Maintenance, type MaintenanceState } from "../agents/maintenance";
import { Allocator } from "../allocation/allocator";
import { Offers } from "../allocation/offers";
import { type QuotaConfig, Quotas } from "../allocation/quotas";
import { type WeightInfo, Weights } from "../allocation/weights";
import { Acceptance } from "../calls/acceptance";
import { SchedulerCalls } from "../calls/scheduler-calls";
import { nowSeconds } from "../clock";
import type { Cluster } from "../cluster";
import type { MasterFlags } from "../flags";
import { Frameworks } from "../frameworks/frameworks";
import { TaskUpdates } from "../frameworks/task-updates";
import { Operations } from "../resources/operations";
import type { Leadership } from "./leadership";
import { Registrar } from "./registrar";

/** All that a master has while it leads, put together. */
export class LeadingMaster {
  readonly electedSeconds = nowSeconds();
  readonly frameworks: Frameworks;
  readonly agents: Agents;
  readonly registrar: Registrar;
  readonly drains: Drains;
  readonly calls: SchedulerCalls;
  readonly allocator: Allocator;
  readonly quotas: Quotas;
  readonly weights: Weights;
  readonly operations: Operations;
  readonly maintenance: Maintenance;
  readonly offers: Offers;
  readonly acls: Acls;
  /** The registry is loaded: frameworks and agents may come. */
  recovered = false;

  constructor(readonly leadership: Leadership) {
    const { registry, flags } = leadership;
    const updates = new TaskUpdates(leadership);
    this.acls = flags.acls ?? Acls.none;
    this.quotas = new Quotas(registry);
    this.weights = new Weights(registry);
    this.offers = new Offers(leadership, updates);
    this.allocator = new Allocator(leadership, this.offers, this.quotas, this.weights);
    this.operations = new Operations(leadership, updates);
    this.frameworks = new Frameworks(leadership, updates, this.offers, this.operations, this.allocator);
    this.agents = new Agents(leadership, updates, this.offers, this.frameworks, this.allocator);
    this.registrar = new Registrar(leadership, this.agents, updates);
    this.drains = new Drains(leadership, this.registrar, this.offers, this.allocator, updates);
    const takeDown = this.registrar.takeDown.bind(this.registrar);
    this.maintenance = new Maintenance(leadership, updates, this.offers, takeDown);
    const acceptance = new Acceptance(leadership, updates, this.offers, this.operations, this.acls);
    this.calls = new SchedulerCalls(
      leadership,
      updates,
      this.offers,
      acceptance,
      this.operations,
      this.maintenance,
      this.frameworks,
      this.allocator,
      this.acls,
    );
  }

  get cluster(): Cluster {
    return this.leadership.cluster;
  }

  get flags(): MasterFlags {
    return this.leadership.flags;
  }

  /** @throws ZookeeperError when the registry cannot be read; such a master must not lead */
  async recover(): Promise<void> {
    const { quotas, weights, maintenance } = await this.registrar.recover();
    this.quotas.load(quotas as QuotaConfig[] | undefined);
    this.weights.load((weights as WeightInfo[] | undefined) ?? this.flags.weights);
    this.maintenance.load(maintenance as MaintenanceState | undefined);
    this.recovered = true;
    const { recoveredAgents } = this.cluster;
    this.leadership.log.info({ agents: recoveredAgents.size }, "registry recovered");
  }

  stop(): void {
    this.allocator.stop();
    this.frameworks.stop();
    this.registrar.stop();
    this.operations.stop();
    this.leadership.watchers.stop();
  }
}
