import type { Leadership } from "../leadership/leadership";
import { type Agent, type Framework, hasCapability, rolesOf } from "../model";
import type { Resources } from "../resources/resources";
import { headroomFor, unmetGuarantees, withinLimits } from "./allocation-rules";
import { offerConstraintsAllow } from "./offer-constraints";
import type { Grant, Offers } from "./offers";
import type { Quotas } from "./quotas";
import { type Candidate, Shares } from "./shares";
import type { Weights } from "./weights";

/**
 * Gives free resources to frameworks by dominant resource fairness: each agent's go to the role with the smallest
 * share of the cluster, within it to the framework with the smallest share. Runs at every interval and soon after
 * something new came: an agent, a subscription, a revival. What is merely given back waits for the interval, as
 * upstream.
 */
export class Allocator {
  private readonly interval: NodeJS.Timeout;
  private soon: NodeJS.Immediate | undefined;
  private startAt = 0;
  runs = 0;
  lastRunMs = 0;

  constructor(
    private readonly leadership: Leadership,
    private readonly offers: Offers,
    private readonly quotas: Quotas,
    private readonly weights: Weights,
  ) {
    this.interval = setInterval(() => this.run(), leadership.flags.allocation_interval);
  }

  stop(): void {
    clearInterval(this.interval);
    clearImmediate(this.soon);
  }

  /** Runs once after the present event, however often it was asked. */
  runSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined;
      this.run();
    });
  }

  private run(): void {
    const startMs = performance.now();
    const candidates = this.candidates();
    if (candidates.length > 0) {
      this.allocate(candidates, Date.now());
    }
    this.runs += 1;
    this.lastRunMs = performance.now() - startMs;
  }

  private candidates(): Candidate[] {
    const result: Candidate[] = [];
    for (const framework of this.leadership.cluster.frameworks.values()) {
      if (framework.connection) {
        const roles = rolesOf(framework.info).filter((role) => !framework.suppressed.has(role));
        result.push(...roles.map((role) => ({ framework, role })));
      }
    }
    return result;
  }

  /**
   * In two rounds, as upstream: first to roles that have less than they are guaranteed, then fairly to all; there the
   * guarantees that nobody takes up yet are held back.
   */
  private allocate(candidates: Candidate[], nowMs: number): void {
    const { cluster } = this.leadership;
    const weightOf = (role: string) => this.weights.of(role);
    const shares = new Shares(candidates, cluster.frameworks.values(), cluster.total, weightOf);
    const grants = new Map<Framework, Grant[]>();
    const agents = this.agentsInTurn();
    const taken = new Set<Agent>();
    const give = (agent: Agent, amountFor: (candidate: Candidate, free: Resources) => Resources) => {
      const free = cluster.freeOf(agent);
      for (const candidate of taken.has(agent) || !this.isAllocatable(free) ? [] : shares.inOrder()) {
        const resources = amountFor(candidate, free.allocatableTo(candidate.role));
        if (this.isAllocatable(resources) && this.mayTake(candidate, agent, resources, nowMs)) {
          const list = grants.get(candidate.framework) ?? [];
          grants.set(candidate.framework, [...list, { agent, role: candidate.role, resources }]);
          shares.add(candidate, resources);
          taken.add(agent);
          return;
        }
      }
    };
    for (const agent of this.quotas.hasGuarantees() ? agents : []) {
      give(agent, ({ role }, free) => unmetGuarantees(this.quotas.of(role), shares.allocatedTo(role), free));
    }
    const headroom = headroomFor(this.quotas.all(), shares, cluster);
    for (const agent of agents) {
      give(agent, ({ role }, free) => {
        const limited = withinLimits(this.quotas.of(role), shares.allocatedTo(role), free);
        return headroom.leaves(role, limited);
      });
    }
    for (const [framework, list] of grants) {
      this.offers.make(framework, list);
    }
  }

  /** Active agents, beginning with another one each time, so that none is always first or last. */
  private agentsInTurn(): Agent[] {
    const active = [...this.leadership.cluster.agents.values()].filter(
      (agent) => agent.connection && !agent.deactivated,
    );
    this.startAt = active.length === 0 ? 0 : (this.startAt + 1) % active.length;
    return [...active.slice(this.startAt), ...active.slice(0, this.startAt)];
  }

  private isAllocatable(free: Resources): boolean {
    return this.leadership.flags.min_allocatable_resources.some((alternative) =>
      alternative.every(({ name, amount }) => free.scalar(name) >= amount),
    );
  }

  private mayTake({ framework, role }: Candidate, agent: Agent, free: Resources, nowMs: number): boolean {
    const keepsGpus = this.leadership.flags.filter_gpu_resources && agent.total.scalar("gpus") > 0;
    if (keepsGpus && !hasCapability(framework.info, "GPU_RESOURCES")) {
      return false;
    }
    if (!offerConstraintsAllow(framework.offerConstraints, role, agent.info)) {
      return false;
    }
    if (!passesOwnMinimum(framework, role, free)) {
      return false;
    }
    const filters = framework.filters.get(role);
    const filter = filters?.get(agent.id);
    if (!filter) {
      return true;
    }
    if (filter.untilMs <= nowMs) {
      filters?.delete(agent.id);
      return true;
    }
    return !filter.resources.contains(free);
  }
}

/** `FrameworkInfo.offer_filters`: one of the alternatives has to be there. */
function passesOwnMinimum({ info }: Framework, role: string, free: Resources): boolean {
  const alternatives = info.offer_filters?.[role]?.min_allocatable_resources?.quantities ?? [];
  return (
    alternatives.length === 0 ||
    alternatives.some(({ quantities = {} }) =>
      Object.entries(quantities).every(([name, { value }]) => free.scalar(name) >= value),
    )
  );
}
