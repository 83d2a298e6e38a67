import type { Job } from "../model/job";
import type { JobRecord } from "../model/run";
import { encodeJob, type RecordChange, type Store } from "../state/store";

/** The jobs as one change sees and leaves them. */
export class Draft {
  private readonly changed = new Map<string, JobRecord | undefined>();

  constructor(private readonly records: ReadonlyMap<string, JobRecord>) {}

  get(name: string): JobRecord | undefined {
    return this.changed.has(name) ? this.changed.get(name) : this.records.get(name);
  }

  /** All jobs, as changed so far. */
  jobs(): Map<string, Job> {
    const all = new Map<string, Job>();
    for (const name of new Set([...this.records.keys(), ...this.changed.keys()])) {
      const record = this.get(name);
      if (record) all.set(name, record.job);
    }
    return all;
  }

  put(record: JobRecord): void {
    if (record !== this.get(record.job.name)) this.changed.set(record.job.name, record);
  }

  remove(name: string): void {
    this.changed.set(name, undefined);
  }

  changes(): RecordChange[] {
    return [...this.changed].flatMap(([name, after]) => {
      const before = this.records.get(name);
      if (before === undefined && after === undefined) return [];
      return [{ name, ...(before ? { before } : {}), ...(after ? { after } : {}) }];
    });
  }
}

/** All jobs of this Chronos: in memory, and written to the store in the order of the changes. */
export class JobBook {
  private readonly records = new Map<string, JobRecord>();

  /** @param onChange called after every change in memory */
  constructor(
    private readonly store: Store,
    private readonly onChange: () => void,
  ) {}

  load(records: readonly JobRecord[]): void {
    for (const record of records) this.records.set(record.job.name, record);
  }

  get(name: string): JobRecord | undefined {
    return this.records.get(name);
  }

  all(): JobRecord[] {
    return [...this.records.values()];
  }

  /**
   * Changes jobs in one step: at once in memory; resolves when it is stored.
   * @throws what `edit` throws, with nothing changed; HttpError 400 for a job that is too large
   */
  async change(edit: (draft: Draft) => void): Promise<void> {
    const changes = this.apply(edit);
    if (changes.length > 0) await this.store.commit(changes);
  }

  /**
   * As {@link change} for jobs that do not depend on each other, however many: a new leader may find only the first of
   * them changed.
   */
  async changeEach(edit: (draft: Draft) => void): Promise<void> {
    const changes = this.apply(edit);
    if (changes.length > 0) await this.store.commitEach(changes);
  }

  private apply(edit: (draft: Draft) => void): RecordChange[] {
    const draft = new Draft(this.records);
    edit(draft);
    const changes = draft.changes();
    if (changes.length === 0) return [];
    for (const { before, after } of changes) if (after && after.job !== before?.job) encodeJob(after.job);
    for (const { name, after } of changes) {
      if (after) this.records.set(name, after);
      else this.records.delete(name);
    }
    this.onChange();
    return changes;
  }
}
