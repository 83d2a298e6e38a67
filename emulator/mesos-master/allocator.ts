import { type Agent, type Framework, hasCapability, rolesOf } from "./cluster";
import type { Leadership } from "./leadership";
import type { Grant, Offers } from "./offers";
import { Resources } from "./resources";

interface Candidate {
  framework: Framework;
  role: string;
}

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

  private allocate(candidates: Candidate[], nowMs: number): void {
    const { cluster } = this.leadership;
    const shares = new Shares(candidates, cluster.frameworks.values(), cluster.total);
    const grants = new Map<Framework, Grant[]>();
    for (const agent of this.agentsInTurn()) {
      const free = cluster.freeOf(agent);
      if (!this.isAllocatable(free)) {
        continue;
      }
      const taker = shares.inOrder().find((candidate) => this.mayTake(candidate, agent, free, nowMs));
      if (taker) {
        const list = grants.get(taker.framework) ?? [];
        list.push({ agent, role: taker.role, resources: free });
        grants.set(taker.framework, list);
        shares.add(taker, free);
      }
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

/** The dominant shares during one run. */
class Shares {
  private readonly byRole = new Map<string, Resources>();
  private readonly byCandidate = new Map<Candidate, Resources>();
  private sorted: Candidate[] | undefined;

  constructor(
    private readonly candidates: Candidate[],
    frameworks: Iterable<Framework>,
    private readonly total: Resources,
  ) {
    for (const { allocated } of frameworks) {
      for (const [role, resources] of allocated) {
        this.byRole.set(role, (this.byRole.get(role) ?? Resources.none).plus(resources));
      }
    }
    for (const candidate of candidates) {
      this.byCandidate.set(candidate, candidate.framework.allocated.get(candidate.role) ?? Resources.none);
    }
  }

  /** Smallest role's share first, then smallest framework's. */
  inOrder(): Candidate[] {
    if (!this.sorted) {
      const keyed = this.candidates.map((candidate) => ({
        candidate,
        role: this.share(this.byRole.get(candidate.role)),
        own: this.share(this.byCandidate.get(candidate)),
      }));
      keyed.sort((a, b) => a.role - b.role || a.own - b.own);
      this.sorted = keyed.map(({ candidate }) => candidate);
    }
    return this.sorted;
  }

  add(candidate: Candidate, resources: Resources): void {
    const scalars = resources.scalarsOnly();
    this.byCandidate.set(candidate, (this.byCandidate.get(candidate) ?? Resources.none).plus(scalars));
    this.byRole.set(candidate.role, (this.byRole.get(candidate.role) ?? Resources.none).plus(scalars));
    this.sorted = undefined;
  }

  private share(allocated: Resources = Resources.none): number {
    return Math.max(0, ...allocated.scalarNames.map((name) => allocated.scalar(name) / (this.total.scalar(name) || 1)));
  }
}
