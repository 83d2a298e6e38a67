import type { Framework } from "../model";
import { Resources } from "../resources/resources";

/** One framework in one of its roles. */
export interface Candidate {
  framework: Framework;
  role: string;
}

/** The dominant shares during one allocation: of each role by its weight, within it of each framework. */
export class Shares {
  private readonly byRole = new Map<string, Resources>();
  private readonly byCandidate = new Map<Candidate, Resources>();
  private sorted: Candidate[] | undefined;

  /** @param weightOf a role of weight 2 is entitled to twice the share */
  constructor(
    private readonly candidates: Candidate[],
    frameworks: Iterable<Framework>,
    private readonly total: Resources,
    private readonly weightOf: (role: string) => number,
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

  /** Scalars that a role uses or is offered. */
  allocatedTo(role: string): Resources {
    return this.byRole.get(role) ?? Resources.none;
  }

  /** Smallest role's share first, then smallest framework's. */
  inOrder(): Candidate[] {
    if (!this.sorted) {
      const keyed = this.candidates.map((candidate) => ({
        candidate,
        role: this.share(this.byRole.get(candidate.role)) / this.weightOf(candidate.role),
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
