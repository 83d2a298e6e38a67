import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { nowSeconds } from "../clock";
import type { AbsentAgent } from "../model";

export type AgentState = "admitted" | "unreachable" | "gone";

export interface RegisteredAgent extends AbsentAgent {
  id: string;
  state: AgentState;
}

/** What operators set, each kept as one JSON value. */
export type Setting = "quotas" | "weights" | "maintenance";

export interface RegistryContent {
  agents: RegisteredAgent[];
  removedFrameworkIds: string[];
  settings: Partial<Record<Setting, unknown>>;
}

/**
 * What has to outlive the leading master. Tasks and running frameworks come back from the agents and schedulers
 * themselves; but only a record says which agents to wait for after a failover, which ones were given up or marked
 * gone, and which frameworks were torn down, so that tasks of theirs that turn up again are killed.
 */
export interface Registry {
  load(): Promise<RegistryContent>;
  putAgent(agent: RegisteredAgent): Promise<void>;
  removeAgent(id: string): Promise<void>;
  addRemovedFramework(id: string): Promise<void>;
  putSetting(name: Setting, value: unknown): Promise<void>;
  /** Forgets what was absent or removed before this time, in seconds since the epoch. */
  forgetBefore(seconds: number): Promise<string[]>;
}

/** For a master that stands alone: nothing outlives it. */
export class MemoryRegistry implements Registry {
  async load(): Promise<RegistryContent> {
    return { agents: [], removedFrameworkIds: [], settings: {} };
  }
  async putAgent(): Promise<void> {}
  async removeAgent(): Promise<void> {}
  async addRemovedFramework(): Promise<void> {}
  async putSetting(): Promise<void> {}
  async forgetBefore(): Promise<string[]> {
    return [];
  }
}

/**
 * The registry in ZooKeeper, below the masters' own path: a node for each agent and each removed framework. Upstream
 * keeps it in a log that its masters replicate; ZooKeeper is such a log already. It is written through the session of
 * the leadership, so a master that has lost it cannot write any more.
 */
export class ZookeeperRegistry implements Registry {
  private readonly agents: string;
  private readonly frameworks: string;
  private readonly settings: string;
  /** When what is absent or removed became so, by node. */
  private readonly since = new Map<string, number>();

  /** @param storeLimitMs how long a write is tried again while ZooKeeper is between two leaders of its own */
  constructor(
    private readonly client: ZookeeperClient,
    mastersPath: string,
    private readonly storeLimitMs: number,
  ) {
    const root = `${mastersPath === "/" ? "" : mastersPath}/drover-registry`;
    this.agents = `${root}/agents`;
    this.frameworks = `${root}/removed-frameworks`;
    this.settings = `${root}/settings`;
  }

  async load(): Promise<RegistryContent> {
    await this.client.mkdirp(this.agents);
    await this.client.mkdirp(this.frameworks);
    await this.client.mkdirp(this.settings);
    const [agents, frameworks] = await Promise.all([this.readAll(this.agents), this.readAll(this.frameworks)]);
    return { agents, removedFrameworkIds: frameworks.map(({ id }) => id), settings: await this.readSettings() };
  }

  putAgent({ id, ...content }: RegisteredAgent): Promise<void> {
    return this.put(nodeOf(this.agents, id), content);
  }

  removeAgent(id: string): Promise<void> {
    return this.remove(nodeOf(this.agents, id));
  }

  addRemovedFramework(id: string): Promise<void> {
    return this.put(nodeOf(this.frameworks, id), { state: "removed", sinceSeconds: nowSeconds() });
  }

  putSetting(name: Setting, value: unknown): Promise<void> {
    return this.write(`${this.settings}/${name}`, value);
  }

  async forgetBefore(seconds: number): Promise<string[]> {
    const old = [...this.since].filter(([, since]) => since < seconds).map(([path]) => path);
    await Promise.all(old.map((path) => this.remove(path)));
    return old.map(idOf);
  }

  private async readSettings(): Promise<RegistryContent["settings"]> {
    const names = await this.client.children(this.settings);
    const entries = names.map(async (name) => {
      const { data } = await this.client.get(`${this.settings}/${name}`);
      return [name, JSON.parse(data.toString("utf8"))] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  private async readAll(parent: string): Promise<RegisteredAgent[]> {
    const names = await this.client.children(parent);
    return Promise.all(
      names.map(async (name) => {
        const path = `${parent}/${name}`;
        const content = JSON.parse((await this.client.get(path)).data.toString("utf8")) as RegisteredAgent;
        this.note(path, content);
        return { ...content, id: idOf(path) };
      }),
    );
  }

  private note(path: string, { state, sinceSeconds }: { state: string; sinceSeconds: number }): void {
    if (state === "admitted") {
      this.since.delete(path);
    } else {
      this.since.set(path, sinceSeconds);
    }
  }

  private async put(path: string, content: { state: string; sinceSeconds: number }): Promise<void> {
    await this.write(path, content);
    this.note(path, content);
  }

  private write(path: string, content: unknown): Promise<void> {
    const data = Buffer.from(JSON.stringify(content));
    return this.store(async () => {
      if (await this.client.exists(path)) {
        await this.client.set(path, data);
      } else {
        await this.client.create(path, data);
      }
    });
  }

  private async remove(path: string): Promise<void> {
    await this.store(async () => {
      if (await this.client.exists(path)) {
        await this.client.remove(path);
      }
    });
    this.since.delete(path);
  }

  /** Tries again what lost its connection or raced with an earlier try that was carried out after all. */
  private async store(write: () => Promise<void>): Promise<void> {
    const deadline = Date.now() + this.storeLimitMs;
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const mayPass = isZookeeperError(error, "CONNECTION_LOSS", "OPERATION_TIMEOUT", "NODE_EXISTS", "NO_NODE");
        if (!mayPass || Date.now() > deadline) {
          throw error;
        }
      }
    }
  }
}

function nodeOf(parent: string, id: string): string {
  return `${parent}/${encodeURIComponent(id)}`;
}

function idOf(path: string): string {
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
}
