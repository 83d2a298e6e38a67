import { randomUUID } from "node:crypto";
import { HttpError } from "@drover/lib/http/reply";
import type { MultiOperation, ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { inChunks } from "../../framework/in-chunks";
import type { Job } from "../model/job";
import { type Activity, type JobRecord, noActivity } from "../model/run";

/** What one change does to one job; without `after` the job goes. */
export interface RecordChange {
  name: string;
  before?: JobRecord;
  after?: JobRecord;
}

/** Another instance leads by now: this one must not write any more. */
export class FencedError extends Error {
  constructor() {
    super("another Chronos has taken over the state");
    this.name = "FencedError";
  }
}

/** ZooKeeper's default limit of a packet is 1 MiB; one change may touch several nodes. */
const maxDefinitionBytes = 256 * 1024;
/** What one request is filled up to with changes that need not happen together. */
const maxRequestBytes = 512 * 1024;
/** Beside path and data every operation has a header, a list of rights and a few lengths. */
const operationBytes = 100;
const attempts = 5;
/** So that no name is one that ZooKeeper refuses, `.` for instance. */
const prefix = "J_";

/**
 * The jobs in ZooKeeper: definitions in `jobs`, what happens with them in `runs`. Every write moves `revision` from the
 * version that this leader knows to the next one, so a former leader cannot write, and a repeated write happens once.
 */
export class Store {
  private version = 0;
  private writes = 0;
  private readonly writer = randomUUID();
  private last: Promise<void> = Promise.resolve();

  /** @param path what everything lies below, for instance `/chronos/state/state` */
  constructor(
    private readonly client: ZookeeperClient,
    private readonly path: string,
  ) {}

  /** Takes the state over from any former leader and reads it. */
  async open(): Promise<JobRecord[]> {
    for (const folder of ["jobs", "runs", "framework", "revision"]) await this.client.mkdirp(`${this.path}/${folder}`);
    this.version = await this.client.set(this.revision, this.marker());
    const nodes = await this.client.children(`${this.path}/jobs`);
    return inChunks(nodes, (node) => this.read(node));
  }

  async frameworkId(): Promise<string | undefined> {
    const { data } = await this.client.get(`${this.path}/framework`);
    return data.length > 0 ? data.toString("utf8") : undefined;
  }

  /** @param id undefined: the framework is gone, the next one is new */
  saveFrameworkId(id: string | undefined): Promise<void> {
    return this.write([{ type: "set", path: `${this.path}/framework`, data: Buffer.from(id ?? "") }]);
  }

  /**
   * Writes all or nothing, after all earlier writes.
   * @throws FencedError when another instance has taken over, ZookeeperError when ZooKeeper cannot be reached
   */
  commit(changes: readonly RecordChange[]): Promise<void> {
    return this.write(changes.flatMap((change) => this.operations(change)));
  }

  /**
   * Writes changes that do not depend on each other, however many: as many requests as it takes, in order. A new leader
   * may find only the first of them.
   * @throws what {@link commit} throws
   */
  async commitEach(changes: readonly RecordChange[]): Promise<void> {
    const requests: MultiOperation[][] = [];
    let roomBytes = 0;
    for (const change of changes) {
      const operations = this.operations(change);
      const bytes = operations.reduce((sum, operation) => sum + bytesOf(operation), 0);
      if (bytes > roomBytes) {
        requests.push([]);
        roomBytes = maxRequestBytes;
      }
      requests.at(-1)?.push(...operations);
      roomBytes -= bytes;
    }
    await Promise.all(requests.map((operations) => this.write(operations)));
  }

  private async read(node: string): Promise<JobRecord> {
    const [job, activity] = await Promise.all([
      this.client.get(`${this.path}/jobs/${node}`),
      this.client.get(`${this.path}/runs/${node}`),
    ]);
    return {
      job: JSON.parse(job.data.toString("utf8")) as Job,
      activity: { ...noActivity, ...(JSON.parse(activity.data.toString("utf8")) as Activity) },
    };
  }

  private operations({ name, before, after }: RecordChange): MultiOperation[] {
    const job = `${this.path}/jobs/${prefix}${name}`;
    const runs = `${this.path}/runs/${prefix}${name}`;
    if (after === undefined) {
      return [
        { type: "remove", path: job },
        { type: "remove", path: runs },
      ];
    }
    const type = before ? "set" : "create";
    return [
      ...(before?.job === after.job ? [] : [{ type, path: job, data: encodeJob(after.job) } as const]),
      ...(before?.activity === after.activity
        ? []
        : [{ type, path: runs, data: Buffer.from(JSON.stringify(after.activity)) } as const]),
    ];
  }

  private write(operations: MultiOperation[]): Promise<void> {
    // What follows a write that failed would tell of things that never were: it fails as well.
    this.last = this.last.then(() => this.multi(operations));
    this.last.catch(() => {});
    return this.last;
  }

  private async multi(operations: MultiOperation[]): Promise<void> {
    this.writes++;
    const marker = this.marker();
    for (let attempt = 1; ; attempt++) {
      try {
        const guard = { type: "set", path: this.revision, data: marker, version: this.version } as const;
        await this.client.multi([guard, ...operations]);
        this.version++;
        return;
      } catch (error) {
        const mayHaveHappened = isZookeeperError(error, "CONNECTION_LOSS", "OPERATION_TIMEOUT");
        if (isZookeeperError(error, "BAD_VERSION")) {
          if (attempt === 1 || !(await this.hasHappened(marker))) throw new FencedError();
          return;
        }
        if (!mayHaveHappened || attempt === attempts) throw error;
      }
    }
  }

  /** Whether the write that got no answer was done all the same. */
  private async hasHappened(marker: Buffer): Promise<boolean> {
    const { data, version } = await this.client.get(this.revision);
    if (!data.equals(marker)) return false;
    this.version = version;
    return true;
  }

  private get revision(): string {
    return `${this.path}/revision`;
  }

  private marker(): Buffer {
    return Buffer.from(`${this.writer} ${this.writes}`);
  }
}

function bytesOf(operation: MultiOperation): number {
  const dataBytes = "data" in operation ? (operation.data?.length ?? 0) : 0;
  return operationBytes + Buffer.byteLength(operation.path) + dataBytes;
}

/** @throws HttpError 400 when the definition is too large to be stored */
export function encodeJob(job: Job): Buffer {
  const data = Buffer.from(JSON.stringify(job));
  if (data.length <= maxDefinitionBytes) return data;
  throw new HttpError(400, `the job takes ${data.length} bytes, at most ${maxDefinitionBytes} can be stored`);
}
