import type { TaskFailure } from "@drover/lib/marathon/types";
import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { NodeWriter } from "@drover/lib/zookeeper/node-writer";
import { inChunks } from "../../framework/in-chunks";
import type { AppChange } from "../deployments/plan";
import type { Instance } from "../model/instance";
import type { GroupInfo, Root } from "../model/root";
import type { RunSpec } from "../model/run-spec";
import { isVersion } from "../model/timestamp";
import { decode, encode, type NodeLimits } from "./codec";
import { type HistoryRecord, recordOf, stateAt } from "./history";
import { bucketNames, StatePaths } from "./paths";

/** A running deployment; what it changes is in the history, under its version. */
interface SavedDeployment {
  id: string;
  version: string;
}

interface EncodedDefinition {
  id: string;
  isNew: boolean;
  version: string;
  data: Buffer;
}

export interface StoredDeployment {
  id: string;
  version: string;
  changes: AppChange[];
}

export interface StoredState {
  frameworkId?: string;
  root: Root;
  deployments: StoredDeployment[];
  /** Ids of deployments whose changes are not known any more, so that nobody can go on with them. */
  lostDeployments: string[];
  instances: Instance[];
  failures: TaskFailure[];
}

export interface StoreLimits extends NodeLimits {
  /** `--zk_max_versions`: so many are kept of each app, and of all groups together. */
  maxVersions: number;
}

/** What a new leader needs to know, in ZooKeeper. */
export class Store {
  private readonly writer: NodeWriter;
  private readonly paths: StatePaths;
  /** The latest changes of what is wanted, oldest first. */
  private records: HistoryRecord[] = [];
  /** Versions of the deployments that run, by their ids. */
  private readonly running = new Map<string, string>();

  constructor(
    private readonly client: ZookeeperClient,
    path: string,
    private readonly limits: StoreLimits,
  ) {
    this.writer = new NodeWriter(client);
    this.paths = new StatePaths(path);
  }

  /** @param rootGroup is stored where there is nothing yet */
  async load(rootGroup: GroupInfo): Promise<StoredState> {
    for (const parent of this.paths.parents()) await this.client.mkdirp(parent);
    await Promise.all(this.paths.buckets().map((folder) => this.client.mkdirp(folder)));
    const rootPath = this.paths.group(rootGroup.id);
    if (!(await this.client.exists(rootPath))) await this.writer.put(rootPath, this.encode(rootGroup));
    this.records = (await this.readAll<HistoryRecord>(this.paths.history())).sort(byVersion);
    const newest = this.records.at(-1);
    // A leader that died in the middle of it has left the rest to be done.
    if (newest) await this.apply(newest);
    const [framework, groups, saved, specs, instances, failures] = await Promise.all([
      this.client.get(this.paths.framework()),
      this.readAll<GroupInfo>(this.paths.groups()),
      this.readAll<SavedDeployment>(this.paths.deployments()),
      this.loadSpecs(),
      this.readBuckets<Instance>(this.paths.instancesIn),
      this.readBuckets<TaskFailure>(this.paths.failuresIn),
    ]);
    const deployments = await Promise.all(saved.map((each) => this.loadDeployment(each)));
    const known = deployments.filter((each) => each !== undefined);
    for (const { id, version } of known) this.running.set(id, version);
    const lostDeployments = saved.map(({ id }) => id).filter((id) => !this.running.has(id));
    const frameworkId = framework.data.length > 0 ? framework.data.toString("utf8") : undefined;
    const root: Root = {
      specs: new Map(specs.map((spec) => [spec.id, spec])),
      groups: new Map(groups.map((group) => [group.id, group])),
    };
    return { ...(frameworkId ? { frameworkId } : {}), root, deployments: known, lostDeployments, instances, failures };
  }

  saveFrameworkId(id: string): Promise<void> {
    return this.writer.put(this.paths.framework(), Buffer.from(id));
  }

  /**
   * Makes a deployment and the state it leads to the current one. One small write decides: until then nothing has
   * changed, from then on a new leader goes on with it. So the number of apps in a change is not limited by the size of
   * a request to ZooKeeper.
   * @param cancelled deployments it takes the place of
   */
  async beginDeployment(deployment: StoredDeployment, before: Root, after: Root, cancelled: string[]): Promise<void> {
    const { id, version, changes } = deployment;
    const record = recordOf(version, changes, before, after);
    const recordPath = this.paths.historyRecord(version);
    const data = this.encode(record);
    // Of a change with a definition that is too large nothing is written.
    const definitions = changes.flatMap(({ id, from, to }) =>
      to ? { id, isNew: from === undefined, version: to.version, data: this.encode(to) } : [],
    );
    await inChunks(definitions, (definition) => this.saveVersion(definition));
    await this.writer.multi(
      [
        { type: "create", path: recordPath, data },
        { type: "create", path: this.paths.deployment(id), data: this.encode({ id, version }) },
        ...cancelled.map((each) => ({ type: "remove" as const, path: this.paths.deployment(each) })),
      ],
      () => this.client.exists(recordPath),
    );
    this.records.push(record);
    for (const each of cancelled) this.running.delete(each);
    this.running.set(id, version);
    await this.apply(record);
  }

  /** Forgets a deployment, and what is too old by now. */
  async endDeployment({ id, changes }: { id: string; changes: readonly AppChange[] }): Promise<void> {
    this.running.delete(id);
    const outdated = this.records.splice(0, this.outdatedCount());
    const ids = new Set([
      ...changes.map((change) => change.id),
      ...outdated.flatMap(({ specs }) => specs.map((spec) => spec.id)),
    ]);
    await inChunks([...ids], (each) => this.dropOldVersions(each));
    await inChunks(outdated, ({ version }) => this.writer.remove(this.paths.historyRecord(version)));
    await this.writer.remove(this.paths.deployment(id));
  }

  get history(): readonly HistoryRecord[] {
    return this.records;
  }

  /** What was wanted after the change of a version; undefined when that is not known (any more). */
  async rootAt(version: string, now: Root): Promise<Root | undefined> {
    const former = stateAt(this.records, version, now);
    if (former === undefined) return undefined;
    const specs = new Map(now.specs);
    await inChunks([...former.specs], async ([id, wanted]) => {
      const spec = wanted === undefined ? undefined : await this.definition(id, wanted);
      if (spec) specs.set(id, spec);
      else specs.delete(id);
    });
    return { specs, groups: former.groups };
  }

  /** Newest first. */
  async versionsOf(id: string): Promise<string[]> {
    return (await this.childrenOf(this.paths.app(id))).sort().reverse();
  }

  async definition(id: string, version: string): Promise<RunSpec | undefined> {
    return isVersion(version) ? this.tryRead(this.paths.appVersion(id, version)) : undefined;
  }

  private async removeApp(id: string): Promise<void> {
    const path = this.paths.app(id);
    const versions = await this.childrenOf(path);
    await Promise.all(versions.map((version) => this.writer.remove(`${path}/${version}`)));
    await this.writer.remove(path);
    await this.writer.remove(this.paths.failure(id));
  }

  saveInstance(instance: Instance): Promise<void> {
    return this.writer.put(this.paths.instance(instance.id), this.encode(instance));
  }

  removeInstance(id: string): Promise<void> {
    return this.writer.remove(this.paths.instance(id));
  }

  saveFailure(failure: TaskFailure): Promise<void> {
    return this.writer.put(this.paths.failure(failure.appId), this.encode(failure));
  }

  private async saveVersion({ id, isNew, version, data }: EncodedDefinition): Promise<void> {
    if (isNew) await this.writer.create(this.paths.app(id), Buffer.alloc(0));
    await this.writer.create(this.paths.appVersion(id, version), data);
  }

  /** Makes the current versions and groups those of a change; may be repeated. */
  private async apply({ specs, groups }: HistoryRecord): Promise<void> {
    await inChunks(specs, ({ id, to }) => this.writer.put(this.paths.app(id), Buffer.from(to ?? "")));
    await inChunks(groups, ({ id, to }) =>
      to ? this.writer.put(this.paths.group(id), this.encode(to)) : this.writer.remove(this.paths.group(id)),
    );
  }

  /** Keeps what the history names and the latest versions of what is still wanted. */
  private async dropOldVersions(id: string): Promise<void> {
    const current = await this.currentVersion(id);
    const named = this.records.flatMap(({ specs }) => specs.filter((spec) => spec.id === id));
    if (current === undefined && named.length === 0) return this.removeApp(id);
    const kept = new Set([current, ...named.flatMap(({ from, to }) => [from, to])]);
    const newest = current === undefined ? 0 : this.limits.maxVersions;
    const outdated = (await this.versionsOf(id)).slice(newest).filter((each) => !kept.has(each));
    await Promise.all(outdated.map((version) => this.writer.remove(this.paths.appVersion(id, version))));
  }

  private async loadSpecs(): Promise<RunSpec[]> {
    const specs = await Promise.all(
      bucketNames.map(async (bucket) => {
        const keys = await this.client.children(this.paths.appsIn(bucket));
        return inChunks(keys, (key) => this.loadSpec(decodeURIComponent(key)));
      }),
    );
    return specs.flat().filter((spec) => spec !== undefined);
  }

  private async loadSpec(id: string): Promise<RunSpec | undefined> {
    const version = await this.currentVersion(id);
    return version === undefined ? undefined : this.definition(id, version);
  }

  /** The node of an app holds its current version; it is empty once the app is gone. */
  private async currentVersion(id: string): Promise<string | undefined> {
    const node = await this.client.get(this.paths.app(id)).catch((error: unknown) => ifAbsent(error, undefined));
    return node?.data.toString("utf8") || undefined;
  }

  /** A new leader needs the record of a deployment that runs, and going back needs every one after the one gone back to. */
  private outdatedCount(): number {
    const versions = new Set(this.running.values());
    const firstNeeded = this.records.findIndex(({ version }) => versions.has(version));
    const surplus = Math.max(0, this.records.length - this.limits.maxVersions);
    return firstNeeded === -1 ? surplus : Math.min(surplus, firstNeeded);
  }

  private async loadDeployment({ id, version }: SavedDeployment): Promise<StoredDeployment | undefined> {
    const record = this.records.find((each) => each.version === version);
    if (record === undefined) return undefined;
    const changes = await inChunks(record.specs, async (change): Promise<AppChange> => {
      const from = change.from === undefined ? undefined : await this.definition(change.id, change.from);
      const to = change.to === undefined ? undefined : await this.definition(change.id, change.to);
      return { id: change.id, ...(from ? { from } : {}), ...(to ? { to } : {}) };
    });
    return { id, version, changes };
  }

  private async readBuckets<T>(folder: (bucket: string) => string): Promise<T[]> {
    return (await Promise.all(bucketNames.map((bucket) => this.readAll<T>(folder(bucket))))).flat();
  }

  private async readAll<T>(folder: string): Promise<T[]> {
    const names = await this.childrenOf(folder);
    const values = await inChunks(names, (name) => this.tryRead<T>(`${folder}/${name}`));
    return values.filter((value) => value !== undefined);
  }

  private async childrenOf(path: string): Promise<string[]> {
    return this.client.children(path).catch((error: unknown) => ifAbsent(error, []));
  }

  private async tryRead<T>(path: string): Promise<T | undefined> {
    const node = await this.client.get(path).catch((error: unknown) => ifAbsent(error, undefined));
    return node && decode<T>(node.data);
  }

  private encode(value: unknown): Buffer {
    return encode(value, this.limits);
  }
}

function ifAbsent<T>(error: unknown, otherwise: T): T {
  if (isZookeeperError(error, "NO_NODE")) return otherwise;
  throw error;
}

function byVersion(a: HistoryRecord, b: HistoryRecord): number {
  return a.version.localeCompare(b.version);
}
