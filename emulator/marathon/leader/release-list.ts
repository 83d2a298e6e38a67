/** A lost agent may never offer again what is set aside on it; after this time offers are not waited for any more. */
const patienceMs = 60_000;

/** Instances whose volumes are to be given back as soon as their agents offer them. */
export class ReleaseList {
  private readonly untilMs = new Map<string, number>();

  add(instanceId: string, nowMs = Date.now()): void {
    this.untilMs.set(instanceId, nowMs + patienceMs);
  }

  done(instanceId: string): void {
    this.untilMs.delete(instanceId);
  }

  /** Those that offers are still waited for. */
  pending(nowMs = Date.now()): string[] {
    for (const [id, until] of this.untilMs) if (until < nowMs) this.untilMs.delete(id);
    return [...this.untilMs.keys()];
  }
}
