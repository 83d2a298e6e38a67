import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@drover/lib/log";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import type { ZookeeperUrl } from "@drover/lib/zookeeper/url";
import { beatEvery, cutAfter, stepAt } from "./timing";

/** What a lease's node says. */
export interface Holder {
  slave: string;
  /** One life of one driver process. */
  process: string;
  since: string;
}

/** Called when a lease is lost: by `cutAtMs` (of performance.now) nothing may write to the volume any more. */
export type OnLost = (name: string, cutAtMs: number) => Promise<void>;

export interface LeasesArgs {
  zookeeper: ZookeeperUrl;
  slave: string;
  /** The session time-out asked for: how long a lease outlives its holder's last sign of life. */
  graceMs: number;
  onLost: OnLost;
  log: Logger;
}

const retryMs = 250;

/** One lease per volume: an ephemeral node that its holder's ZooKeeper session keeps. See timing.ts for the order. */
export class Leases {
  private readonly process = randomUUID();
  private readonly held = new Set<string>();
  private readonly losing = new Map<string, Promise<void>>();
  private client: ZookeeperClient | undefined;
  private timeoutMs: number;
  /** When the last request was sent that was answered. */
  private answeredMs = Number.NEGATIVE_INFINITY;
  private stopped = false;
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly args: LeasesArgs) {
    this.timeoutMs = args.graceMs;
  }

  /** Begins to keep a session, and goes on trying until {@link stop}. */
  start(): void {
    void this.keepSession();
    const beatMs = this.args.graceMs * beatEvery;
    this.timers = [setInterval(() => void this.beat(), beatMs), setInterval(() => this.look(), beatMs / 4)];
  }

  /** Ends the session, which gives up every lease at once: only when nothing is mounted any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.client?.close();
  }

  holds(name: string): boolean {
    return this.held.has(name);
  }

  /**
   * Takes the lease of a volume; waits while somebody else has it. One that an earlier process of this slave has left
   * is taken over at once.
   * @throws Error that names the holder, or what ZooKeeper said last, after `limitMs`
   */
  async acquire(name: string, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    let reason = "no session with ZooKeeper";
    for (;;) {
      await this.losing.get(name);
      if (this.held.has(name)) return;
      try {
        const holder = await this.tryAcquire(name);
        if (!holder) return;
        reason = `${holder.slave} holds it since ${holder.since}; stop its container there first`;
      } catch (error) {
        reason = (error as Error).message;
      }
      if (performance.now() > end) {
        throw new Error(`the lease of volume ${name} could not be had within ${Math.round(limitMs)} ms: ${reason}`);
      }
      await delay(retryMs);
    }
  }

  /** Gives the lease up. When ZooKeeper cannot be reached it ends with the session. */
  async release(name: string): Promise<void> {
    if (!this.held.delete(name)) return;
    await this.remove(name);
  }

  private folder(): string {
    return `${this.args.zookeeper.path}/leases`;
  }

  private path(name: string): string {
    return `${this.folder()}/${name}`;
  }

  /** Undefined when the lease is ours now, else who has it. */
  private async tryAcquire(name: string): Promise<Holder | undefined> {
    const client = this.client;
    if (!client) throw new Error("no session with ZooKeeper");
    const path = this.path(name);
    const own: Holder = { slave: this.args.slave, process: this.process, since: new Date().toISOString() };
    const create = { type: "create" as const, path, data: Buffer.from(JSON.stringify(own)), ephemeral: true };
    const sentMs = performance.now();
    try {
      await client.mkdirp(this.folder());
      await client.multi([create]);
    } catch (error) {
      if (!isZookeeperError(error, "NODE_EXISTS")) throw error;
      const { data, version } = await client.get(path);
      const holder = JSON.parse(data.toString()) as Holder;
      if (holder.slave !== this.args.slave) return holder;
      await client.multi([{ type: "remove", path, version }, create]);
    }
    // A session that was lost meanwhile has taken the node with it.
    if (client !== this.client) throw new Error("the session with ZooKeeper ended");
    this.answered(sentMs);
    this.held.add(name);
    return undefined;
  }

  private async remove(name: string): Promise<void> {
    const client = this.client;
    if (!client) return;
    try {
      const { data, version } = await client.get(this.path(name));
      if ((JSON.parse(data.toString()) as Holder).process !== this.process) return;
      await client.remove(this.path(name), version);
    } catch (error) {
      if (!isZookeeperError(error, "NO_NODE")) {
        this.args.log.warn({ volume: name, error: (error as Error).message }, "the lease ends with the session only");
      }
    }
  }

  private async keepSession(): Promise<void> {
    const { zookeeper, graceMs, log } = this.args;
    while (!this.stopped) {
      try {
        const sentMs = performance.now();
        const client = await ZookeeperClient.connect({
          servers: zookeeper.servers,
          credentials: zookeeper.credentials,
          sessionTimeoutMs: graceMs,
          operationTimeoutMs: graceMs / 2,
        });
        this.timeoutMs = Math.min(graceMs, client.sessionTimeoutMs);
        if (client.sessionTimeoutMs < graceMs) {
          log.warn({ wantedMs: graceMs, grantedMs: this.timeoutMs }, "ZooKeeper grants a shorter session");
        }
        this.client = client;
        this.answered(sentMs);
        await new Promise<void>((resolve) => {
          client.onState((state) => {
            if (state === "expired" || state === "closed") resolve();
          });
        });
        this.client = undefined;
        // Whoever waits may have the lease already.
        this.loseAll("the session with ZooKeeper ended", performance.now());
      } catch (error) {
        log.warn({ error: (error as Error).message }, "no session with ZooKeeper");
        await delay(retryMs);
      }
    }
  }

  /**
   * Asks for every lease whether it is still ours. The sign of life is the answer to a transaction, which the leader has
   * seen: reads are also answered by a server that is cut off from the others, while these end the session.
   */
  private async beat(): Promise<void> {
    const client = this.client;
    if (!client || this.held.size === 0) return;
    const sentMs = performance.now();
    try {
      await client.multi([{ type: "check", path: this.folder() }]);
      this.answered(sentMs);
      for (const name of [...this.held]) {
        const owner = await client.get(this.path(name)).catch((error: unknown) => {
          if (isZookeeperError(error, "NO_NODE")) return undefined;
          throw error;
        });
        const isOurs = owner && (JSON.parse(owner.data.toString()) as Holder).process === this.process;
        if (!isOurs && this.held.has(name)) this.lose(name, "its node is gone or another's", performance.now());
      }
    } catch {
      // Silence is what look() counts.
    }
  }

  private look(): void {
    if (this.held.size === 0) return;
    const silentMs = performance.now() - this.answeredMs;
    if (stepAt(silentMs, this.timeoutMs) !== "hold") {
      const cutAtMs = this.answeredMs + cutAfter * this.timeoutMs;
      this.loseAll(`ZooKeeper has not answered for ${Math.round(silentMs)} ms`, cutAtMs);
    }
  }

  private answered(sentMs: number): void {
    this.answeredMs = Math.max(this.answeredMs, sentMs);
  }

  private loseAll(reason: string, cutAtMs: number): void {
    for (const name of [...this.held]) this.lose(name, reason, cutAtMs);
  }

  private lose(name: string, reason: string, cutAtMs: number): void {
    this.held.delete(name);
    this.args.log.error({ volume: name, reason }, "lease lost");
    const lost = this.args
      .onLost(name, cutAtMs)
      .then(
        // Where the session has survived, others need not wait for its end.
        () => this.remove(name),
        (error: Error) => this.args.log.error({ volume: name, error: error.message }, "giving the volume up failed"),
      )
      .finally(() => this.losing.delete(name));
    this.losing.set(name, lost);
  }
}
