import type { Logger } from "@drover/lib/log";
import { createMasterDetector, type MasterDetector } from "@drover/lib/mesos/master-detector";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { LeaderLatch } from "@drover/lib/zookeeper/leader-latch";
import type { Leadership } from "../../framework/leadership";
import type { Settings } from "../settings";
import { Store } from "../state/store";
import { Leader } from "./leader";

export interface CandidateOptions {
  settings: Settings;
  /** `host:port` of this instance. */
  address: string;
  /** Kept up to date for the HTTP side. */
  leadership: Leadership<Leader>;
  log: Logger;
}

/** One stay in the election. */
interface Term {
  zookeeper: ZookeeperClient;
  latch: LeaderLatch;
  detector: MasterDetector;
  isOver: boolean;
}

const retryMs = 1_000;

/**
 * Stands for election as long as the process lives. Whatever ends a term (the session is lost, the state cannot be
 * written, the master refuses the framework), the next one begins by itself.
 */
export class Candidate {
  private term: Term | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: CandidateOptions) {}

  start(): void {
    this.begin().catch((error: Error) => {
      this.options.log.warn({ reason: error.message }, "cannot stand for election, tries again");
      this.again();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    if (this.term) await this.end(this.term);
  }

  private async begin(): Promise<void> {
    const { settings, address, leadership } = this.options;
    const zookeeper = await ZookeeperClient.connect({
      servers: settings.zk_hosts,
      ...(settings.zk_auth ? { credentials: settings.zk_auth } : {}),
      sessionTimeoutMs: settings.zk_timeout,
    });
    const latch = new LeaderLatch(zookeeper, `${settings.zk_path}/candidate`, address, {
      onElected: () => void this.lead(term).catch((error: Error) => this.fail(term, `cannot lead: ${error.message}`)),
      onDeposed: () => this.fail(term, "leadership lost"),
      onLeader: (leader) => {
        if (leader) leadership.address = leader;
        else delete leadership.address;
      },
    });
    const term: Term = { zookeeper, latch, detector: createMasterDetector(settings.master), isOver: false };
    this.term = term;
    zookeeper.onState((state) => {
      if (state === "expired") this.fail(term, "ZooKeeper session lost");
    });
    if (this.isClosed) return this.end(term);
    await latch.start().catch((error: Error) => this.fail(term, error.message));
  }

  private async lead(term: Term): Promise<void> {
    const { settings, leadership, log } = this.options;
    log.info("elected");
    const leader = await Leader.take({
      settings,
      store: new Store(term.zookeeper, `${settings.zk_path}/state`),
      detector: term.detector,
      log,
      onFatal: (reason) => this.fail(term, reason),
    });
    if (term.isOver) leader.close();
    else leadership.leader = leader;
  }

  private fail(term: Term, reason: string): void {
    if (term.isOver) return;
    this.options.log.error({ reason }, "stepping down");
    void this.end(term).finally(() => this.again());
  }

  private async end(term: Term): Promise<void> {
    const { leadership } = this.options;
    if (term.isOver) return;
    term.isOver = true;
    leadership.leader?.close();
    delete leadership.leader;
    delete leadership.address;
    await term.detector.close();
    if (term.zookeeper.state === "connected") await term.latch.close().catch(() => {});
    await term.zookeeper.close();
  }

  private again(): void {
    if (!this.isClosed) this.retry = setTimeout(() => this.start(), retryMs);
  }
}
