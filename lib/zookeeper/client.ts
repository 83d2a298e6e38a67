import { CreateMode, type Event, type Transaction } from "node-zookeeper-client";
import { nodeAcl } from "./acl";
import { isZookeeperError, toZookeeperError, ZookeeperError } from "./errors";
import { Session, type SessionState } from "./session";
import type { ZookeeperCredentials } from "./url";

export interface ZookeeperOptions {
  /** `host:port` of every server. */
  servers: string[];
  credentials?: ZookeeperCredentials;
  /** Default 10000. Servers clamp it to 2…20 of their ticks. */
  sessionTimeoutMs?: number;
  /** Limit of the first connection and of every operation; default: the session timeout. */
  operationTimeoutMs?: number;
}

export interface CreateOptions {
  ephemeral?: boolean;
  /** The server appends a number of 10 digits that grows with every child of the parent. */
  sequential?: boolean;
}

/** One step of {@link ZookeeperClient.multi}; without `version` any version fits. */
export type MultiOperation =
  | ({ type: "create"; path: string; data?: Buffer } & CreateOptions)
  | { type: "set"; path: string; data: Buffer; version?: number }
  | { type: "check"; path: string; version?: number }
  | { type: "remove"; path: string; version?: number };

/** What a node holds. */
export interface NodeContent {
  data: Buffer;
  version: number;
  /** True when it belongs to a session and goes with it. */
  ephemeral: boolean;
}

type Watcher = (event: Event) => void;
type Done<T> = (error: unknown, value: T) => void;

const ANY_VERSION = -1;
const RETRY_MS = 500;

/**
 * ZooKeeper with promises: one client is one session. Every operation waits for the connection and for its answer, both
 * within the operation limit, and fails with a {@link ZookeeperError}. A failed write may still have happened when the
 * code is CONNECTION_LOSS or OPERATION_TIMEOUT.
 */
export class ZookeeperClient {
  private readonly session: Session;
  private readonly limitMs: number;
  private readonly hasCredentials: boolean;

  private constructor(options: ZookeeperOptions) {
    const timeoutMs = options.sessionTimeoutMs ?? 10_000;
    this.limitMs = options.operationTimeoutMs ?? timeoutMs;
    this.hasCredentials = options.credentials !== undefined;
    this.session = new Session(options.servers, timeoutMs, options.credentials);
  }

  /** Opens a session. @throws ZookeeperError when no server accepts it within the operation limit */
  static async connect(options: ZookeeperOptions): Promise<ZookeeperClient> {
    const client = new ZookeeperClient(options);
    try {
      await client.session.connected("connect", "/", client.limitMs);
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  get state(): SessionState {
    return this.session.state;
  }

  /** What the servers granted, in milliseconds, once connected; they clamp what was asked for. */
  get sessionTimeoutMs(): number {
    return this.session.client.getSessionTimeout();
  }

  /** Calls back on every change of state; returns what ends that. */
  onState(listener: (state: SessionState) => void): () => void {
    return this.session.onState(listener);
  }

  /** Ends the session; its ephemeral nodes go at once. */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Creates a node and returns its path, with the number when sequential. */
  create(path: string, data: Buffer = Buffer.alloc(0), options: CreateOptions = {}): Promise<string> {
    return this.run("create", path, (done: Done<string>) =>
      this.session.client.create(path, data, nodeAcl(this.hasCredentials), createMode(options), done),
    );
  }

  /** Creates the persistent node and its ancestors where they are missing. */
  async mkdirp(path: string): Promise<void> {
    const segments = path.split("/").filter((segment) => segment !== "");
    for (let depth = 1; depth <= segments.length; depth++) {
      const ancestor = `/${segments.slice(0, depth).join("/")}`;
      // Asking first: below a path of somebody else's, creating may be forbidden although the node is there.
      if (!(await this.exists(ancestor))) {
        await this.create(ancestor).catch((error: unknown) => {
          if (!isZookeeperError(error, "NODE_EXISTS")) {
            throw error;
          }
        });
      }
    }
  }

  async exists(path: string, watcher?: Watcher): Promise<boolean> {
    const stat = await this.run("exists", path, (done: Done<unknown>) =>
      watcher ? this.session.client.exists(path, watcher, done) : this.session.client.exists(path, done),
    );
    return stat !== null;
  }

  get(path: string): Promise<NodeContent> {
    return this.run("get", path, (done: Done<NodeContent>) =>
      this.session.client.getData(path, (error, data, stat) =>
        done(error, {
          data: data ?? Buffer.alloc(0),
          version: stat?.version,
          ephemeral: stat?.ephemeralOwner.some((octet) => octet !== 0) ?? false,
        }),
      ),
    );
  }

  /** Writes a node and returns its new version. @throws ZookeeperError BAD_VERSION when `version` is not the node's */
  set(path: string, data: Buffer, version: number = ANY_VERSION): Promise<number> {
    return this.run("set", path, (done: Done<number>) =>
      this.session.client.setData(path, data, version, (error, stat) => done(error, stat?.version)),
    );
  }

  remove(path: string, version: number = ANY_VERSION): Promise<void> {
    return this.run("remove", path, (done: Done<void>) =>
      this.session.client.remove(path, version, (error) => done(error, undefined)),
    );
  }

  /** Names of the children, in no order. A watcher is called once, at the next change. */
  children(path: string, watcher?: Watcher): Promise<string[]> {
    return this.run("children", path, (done: Done<string[]>) =>
      watcher ? this.session.client.getChildren(path, watcher, done) : this.session.client.getChildren(path, done),
    );
  }

  /** All or nothing. @throws ZookeeperError with the code of the step that failed */
  multi(operations: MultiOperation[]): Promise<void> {
    return this.run("multi", operations.map((operation) => operation.path).join(" "), (done: Done<void>) => {
      const transaction = this.session.client.transaction();
      for (const operation of operations) {
        this.addStep(transaction, operation);
      }
      transaction.commit((error) => done(error, undefined));
    });
  }

  /**
   * Calls back with the children now and after every change, also after changes missed while disconnected; a missing
   * node has no children. Ends with the session or with the returned function.
   */
  watchChildren(path: string, listener: (children: string[]) => void): () => void {
    let stopped = false;
    let reading = false;
    let stale = false;
    const read = async () => {
      const children = await this.children(path, refresh).catch((error: unknown) => {
        if (isZookeeperError(error, "NO_NODE")) {
          return undefined;
        }
        throw error;
      });
      if (children === undefined && (await this.exists(path, refresh))) {
        stale = true;
        return;
      }
      if (!stopped) {
        listener(children ?? []);
      }
    };
    const refresh = () => {
      stale = true;
      if (!reading) {
        void run();
      }
    };
    const isOver = () => stopped || this.state === "expired" || this.state === "closed";
    const run = async () => {
      reading = true;
      while (stale && !isOver()) {
        stale = false;
        await read().catch(async () => {
          stale = true;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        });
      }
      reading = false;
    };
    refresh();
    return () => {
      stopped = true;
    };
  }

  private addStep(transaction: Transaction, step: MultiOperation): void {
    switch (step.type) {
      case "create":
        transaction.create(step.path, step.data ?? Buffer.alloc(0), nodeAcl(this.hasCredentials), createMode(step));
        return;
      case "set":
        transaction.setData(step.path, step.data);
        break;
      case "check":
        transaction.check(step.path);
        break;
      case "remove":
        transaction.remove(step.path);
        break;
    }
    // Given to the library's methods, version 0 would mean any version.
    const added = (transaction as unknown as { ops: { version: number }[] }).ops.at(-1);
    if (added) {
      added.version = step.version ?? ANY_VERSION;
    }
  }

  private async run<T>(operation: string, path: string, start: (done: Done<T>) => void): Promise<T> {
    await this.session.connected(operation, path, this.limitMs);
    return new Promise<T>((resolve, reject) => {
      const sentMs = Date.now();
      const timer = setTimeout(() => {
        reject(new ZookeeperError("OPERATION_TIMEOUT", path, operation, `no answer within ${this.limitMs} ms`));
      }, this.limitMs);
      start((error, value) => {
        clearTimeout(timer);
        if (error) {
          reject(toZookeeperError(error, operation, path));
        } else {
          this.session.answered(sentMs);
          resolve(value);
        }
      });
    });
  }
}

function createMode({ ephemeral, sequential }: CreateOptions): number {
  if (ephemeral) {
    return sequential ? CreateMode.EPHEMERAL_SEQUENTIAL : CreateMode.EPHEMERAL;
  }
  return sequential ? CreateMode.PERSISTENT_SEQUENTIAL : CreateMode.PERSISTENT;
}
