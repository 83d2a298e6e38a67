import { type Client, createClient, State } from "node-zookeeper-client";
import { ZookeeperError } from "./errors";
import type { ZookeeperCredentials } from "./url";

/** `expired` and `closed` are final: the session's ephemeral nodes are gone or will go; open a new client. */
export type SessionState = "connected" | "disconnected" | "expired" | "closed";

interface Socket {
  destroy(): void;
  bytesRead: number;
}

/** The part of the library's client that it does not declare, needed to drop a connection that has gone silent. */
interface Internals {
  connectionManager: { socket?: Socket; pendingBuffer: Buffer | null; onSocketConnected(): void };
}

/**
 * One ZooKeeper session, and whether it can still be trusted.
 *
 * The library notices neither a server that is silent on an open connection, or takes one and does not greet, nor,
 * while it has no connection, that its session must have ended by now. All that matters to a leader, so the session
 * asks the server something every third of its timeout, drops a connection on which nothing is heard, which leads to
 * the next server, and calls itself expired one timeout after the last question that was answered was sent, which is
 * never later than the servers do.
 */
export class Session {
  readonly client: Client;
  private current: SessionState = "disconnected";
  private readonly listeners = new Set<(state: SessionState) => void>();
  private readonly probe: NodeJS.Timeout;
  private expiry: NodeJS.Timeout | undefined;
  /** When the last question was sent that has been answered. */
  private lastAnsweredMs = 0;
  private refusedCredentials = false;
  /** The connection at the last look, and how much had been heard on it. */
  private seen: { socket: Socket | undefined; bytesRead: number; sinceMs: number } | undefined;

  constructor(
    private readonly servers: string[],
    timeoutMs: number,
    credentials?: ZookeeperCredentials,
  ) {
    this.client = createClient(servers.join(","), { sessionTimeout: timeoutMs, spinDelay: 500, retries: 0 });
    if (credentials) {
      this.client.addAuthInfo("digest", Buffer.from(`${credentials.user}:${credentials.password}`));
    }
    this.client.on("state", (state: State) => this.onLibraryState(state));
    this.client.connect();
    this.probe = setInterval(() => this.check(), timeoutMs / 3);
  }

  get state(): SessionState {
    return this.current;
  }

  /** Calls back on every change of state; returns what ends that. */
  onState(listener: (state: SessionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Resolves when the session is connected.
   * @throws ZookeeperError CONNECTION_LOSS after `limitMs`, SESSION_EXPIRED or AUTH_FAILED at once
   */
  async connected(operation: string, path: string, limitMs: number): Promise<void> {
    if (this.current === "connected") {
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const settle = () => {
        if (this.current === "disconnected") {
          return;
        }
        clearTimeout(timer);
        stop();
        if (this.current === "connected") {
          resolve();
        } else {
          reject(this.ended(operation, path));
        }
      };
      const stop = this.onState(settle);
      const timer = setTimeout(() => {
        stop();
        const detail = `no connection to ${this.servers.join(",")} within ${limitMs} ms`;
        reject(new ZookeeperError("CONNECTION_LOSS", path, operation, detail));
      }, limitMs);
      settle();
    });
  }

  /** Ends the session, so that its ephemeral nodes go at once. Resolves when the server has answered, at most 2 s. */
  async close(): Promise<void> {
    if (this.current === "closed" || this.current === "expired") {
      return;
    }
    const gone = new Promise<void>((resolve) => this.client.once("disconnected", resolve));
    const reachable = this.current === "connected";
    this.moveTo("closed");
    this.client.close();
    this.forbidConnecting();
    if (reachable) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, 2000);
      });
      await Promise.race([gone, limit]);
      clearTimeout(timer);
    }
    this.drop();
  }

  private onLibraryState(state: State): void {
    if (state === State.SYNC_CONNECTED) {
      this.moveTo("connected");
      this.answered(Date.now());
    } else if (state === State.EXPIRED) {
      this.moveTo("expired");
    } else if (state === State.AUTH_FAILED) {
      this.refusedCredentials = true;
      this.moveTo("expired");
    } else {
      // The library would prepend what is left of a torn answer to the first answer of the next connection.
      this.internals.connectionManager.pendingBuffer = null;
      this.moveTo("disconnected");
    }
  }

  /** Whatever the server answers proves that it knew the session when the question was sent. */
  answered(sentMs: number): void {
    if (this.current !== "connected" || sentMs < this.lastAnsweredMs) {
      return;
    }
    this.lastAnsweredMs = sentMs;
    clearTimeout(this.expiry);
    const leftMs = sentMs + this.client.getSessionTimeout() - Date.now();
    // What was answered while this process was busy is read before the session is given up.
    this.expiry = setTimeout(() => setImmediate(() => this.expireUnlessHeardSince(sentMs)), leftMs);
  }

  private check(): void {
    this.dropSilent();
    if (this.current === "connected") {
      const sentMs = Date.now();
      this.client.exists("/", (error) => {
        if (!error) {
          this.answered(sentMs);
        }
      });
    }
  }

  /**
   * Drops a connection on which nothing has been heard for as long as ZooKeeper's own client waits: two thirds of the
   * timeout, or before the greeting each server's share of it.
   */
  private dropSilent(): void {
    const { socket } = this.internals.connectionManager;
    const bytesRead = socket?.bytesRead ?? 0;
    if (this.seen?.socket !== socket || this.seen?.bytesRead !== bytesRead) {
      this.seen = { socket, bytesRead, sinceMs: Date.now() };
      return;
    }
    const timeoutMs = this.client.getSessionTimeout();
    const limitMs = this.current === "connected" ? (timeoutMs * 2) / 3 : timeoutMs / this.servers.length;
    // Looks come every third of the timeout, and this one may come a little early.
    if (Date.now() - this.seen.sinceMs > limitMs - timeoutMs / 6) {
      this.drop();
    }
  }

  private expireUnlessHeardSince(sentMs: number): void {
    if (this.lastAnsweredMs === sentMs && this.current !== "closed") {
      this.expire();
    }
  }

  private expire(): void {
    this.moveTo("expired");
    this.client.close();
    this.forbidConnecting();
    this.drop();
  }

  private moveTo(state: SessionState): void {
    if (this.current === state || this.current === "expired" || this.current === "closed") {
      return;
    }
    this.current = state;
    if (state === "expired" || state === "closed") {
      clearInterval(this.probe);
      clearTimeout(this.expiry);
    }
    for (const listener of [...this.listeners]) {
      listener(state);
    }
  }

  private ended(operation: string, path: string): ZookeeperError {
    const code = this.refusedCredentials ? "AUTH_FAILED" : "SESSION_EXPIRED";
    return new ZookeeperError(code, path, operation, this.current === "closed" ? "the client is closed" : code);
  }

  /** An attempt that is still under way would take the server's greeting for an answer, and throw on it. */
  private forbidConnecting(): void {
    this.internals.connectionManager.onSocketConnected = () => this.drop();
  }

  private drop(): void {
    this.internals.connectionManager.socket?.destroy();
  }

  private get internals(): Internals {
    return this.client as unknown as Internals;
  }
}
