import type { AppDefinition, TaskFailure } from "@drover/lib/marathon/types";
import type { MultiOperation, ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { NodeWriter } from "@drover/lib/zookeeper/node-writer";
import type { AppChange } from "../deployments/plan";
import type { Instance } from "../model/instance";
import type { GroupInfo, Root } from "../model/root";
import { isVersion } from "../model/timestamp";
import { decode, encode } from "./codec";
import { bucketNames, StatePaths } from "./paths";

/** A running deployment; the definitions it leads from and to are found by their versions. */
interface SavedDeployment {
  id: string;
  version: string;
  changes: { id: string; from?: string; to?: string }[];
}

export interface StoredDeployment {
  id: string;
  version: string;
  changes: AppChange[];
}

export interface StoredState {
  frameworkId?: string;
  root: { apps: AppDefinition[]; groups: GroupInfo[] };
  deployments: StoredDeployment[];
  instances: Instance[];
  failures: TaskFailure[];
}

export interface StoreLimits {
  /** `--zk_max_node_size` */
  maxNodeBytes: number;
  /** `--zk_max_versions`: so many are kept of each app. */
  maxVersions: number;
}

/** What a new leader needs to know, in ZooKeeper. */
export class Store {
  private readonly writer: NodeWriter;
  private readonly paths: StatePaths;

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
    const [framework, groups, saved, apps, instances, failures] = await Promise.all([
      this.client.get(this.paths.framework()),
      this.readAll<GroupInfo>(this.paths.groups()),
      this.readAll<SavedDeployment>(this.paths.deployments()),
      this.loadApps(),
      this.readBuckets<Instance>(this.paths.instancesIn),
      this.readBuckets<TaskFailure>(this.paths.failuresIn),
    ]);
    const deployments = await Promise.all(saved.map((each) => this.loadDeployment(each)));
    const frameworkId = framework.data.length > 0 ? framework.data.toString("utf8") : undefined;
    return { ...(frameworkId ? { frameworkId } : {}), root: { apps, groups }, deployments, instances, failures };
  }

  saveFrameworkId(id: string): Promise<void> {
    return this.writer.put(this.paths.framework(), Buffer.from(id));
  }

  /**
   * Makes a deployment and the state it leads to the current one, in one step; until then nothing has changed.
   * @param cancelled deployments it takes the place of
   */
  async beginDeployment(deployment: StoredDeployment, before: Root, after: Root, cancelled: string[]): Promise<void> {
    await Promise.all(deployment.changes.map((change) => this.saveVersion(change)));
    const { id, version } = deployment;
    const changes = deployment.changes.map((change) => ({
      id: change.id,
      ...(change.from ? { from: change.from.version } : {}),
      ...(change.to ? { to: change.to.version } : {}),
    }));
    const path = this.paths.deployment(id);
    const operations: MultiOperation[] = [
      { type: "create", path, data: this.encode({ id, version, changes }) },
      ...cancelled.map((each) => ({ type: "remove" as const, path: this.paths.deployment(each) })),
      ...changes.map((change) => ({
        type: "set" as const,
        path: this.paths.app(change.id),
        data: Buffer.from(change.to ?? ""),
      })),
      ...this.groupOperations(before, after),
    ];
    await this.writer.multi(operations, () => this.client.exists(path));
  }

  /** Forgets a deployment, with the apps it has removed and the versions that are too many now. */
  async endDeployment({ id, changes }: { id: string; changes: readonly AppChange[] }, after: Root): Promise<void> {
    const cleaned = changes.map((change) => {
      const current = after.apps.get(change.id);
      return current ? this.dropOldVersions(change.id, current.version) : this.removeApp(change.id);
    });
    // Apps go first: a leader that dies in between finds the deployment and does it again.
    await Promise.all(cleaned);
    await this.writer.remove(this.paths.deployment(id));
  }

  /** Newest first. */
  async versionsOf(id: string): Promise<string[]> {
    return (await this.childrenOf(this.paths.app(id))).sort().reverse();
  }

  async definition(id: string, version: string): Promise<AppDefinition | undefined> {
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

  private async saveVersion({ id, from, to }: AppChange): Promise<void> {
    if (to === undefined) return;
    const data = this.encode(to);
    if (from === undefined) await this.writer.create(this.paths.app(id), Buffer.alloc(0));
    await this.writer.create(this.paths.appVersion(id, to.version), data);
  }

  private async dropOldVersions(id: string, current: string): Promise<void> {
    const outdated = (await this.versionsOf(id)).slice(this.limits.maxVersions).filter((each) => each !== current);
    await Promise.all(outdated.map((version) => this.writer.remove(this.paths.appVersion(id, version))));
  }

  private groupOperations(before: Root, after: Root): MultiOperation[] {
    const gone = [...before.groups.keys()].filter((id) => !after.groups.has(id));
    const changed = [...after.groups.values()].filter((group) => before.groups.get(group.id) !== group);
    return [
      ...gone.map((id) => ({ type: "remove" as const, path: this.paths.group(id) })),
      ...changed.map((group) => ({
        type: before.groups.has(group.id) ? ("set" as const) : ("create" as const),
        path: this.paths.group(group.id),
        data: this.encode(group),
      })),
    ];
  }

  private async loadApps(): Promise<AppDefinition[]> {
    const apps = await Promise.all(
      bucketNames.map(async (bucket) => {
        const keys = await this.client.children(this.paths.appsIn(bucket));
        return Promise.all(keys.map((key) => this.loadApp(decodeURIComponent(key))));
      }),
    );
    return apps.flat().filter((app) => app !== undefined);
  }

  /** The node of an app holds its current version; it is empty once the app is to go. */
  private async loadApp(id: string): Promise<AppDefinition | undefined> {
    const version = (await this.client.get(this.paths.app(id))).data.toString("utf8");
    return version === "" ? undefined : this.definition(id, version);
  }

  private async loadDeployment({ id, version, changes }: SavedDeployment): Promise<StoredDeployment> {
    const full = changes.map(async (change): Promise<AppChange> => {
      const from = change.from === undefined ? undefined : await this.definition(change.id, change.from);
      const to = change.to === undefined ? undefined : await this.definition(change.id, change.to);
      return { id: change.id, ...(from ? { from } : {}), ...(to ? { to } : {}) };
    });
    return { id, version, changes: await Promise.all(full) };
  }

  private async readBuckets<T>(folder: (bucket: string) => string): Promise<T[]> {
    return (await Promise.all(bucketNames.map((bucket) => this.readAll<T>(folder(bucket))))).flat();
  }

  private async readAll<T>(folder: string): Promise<T[]> {
    const names = await this.childrenOf(folder);
    const values = await Promise.all(names.map((name) => this.tryRead<T>(`${folder}/${name}`)));
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
    return encode(value, this.limits.maxNodeBytes);
  }
}

function ifAbsent<T>(error: unknown, otherwise: T): T {
  if (isZookeeperError(error, "NO_NODE")) return otherwise;
  throw error;
}
