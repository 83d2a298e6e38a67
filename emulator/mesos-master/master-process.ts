import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { ParsedFlags } from "@drover/lib/flags";
import { type HttpServer, listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import type { LeadingMaster as LeaderAddress } from "@drover/lib/mesos/master-detector";
import type { MasterInfo } from "@drover/lib/mesos/types";
import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { Authentication } from "./access/authentication";
import { nowSeconds } from "./clock";
import { Cluster } from "./cluster";
import { Counters } from "./counters";
import type { MasterFlags, MasterTable } from "./flags";
import { LoggingLevel } from "./http/logging-level";
import { routes } from "./http/routes";
import { makeMasterInfo } from "./identity";
import { Election } from "./leadership/election";
import { LeadingMaster } from "./leadership/leading-master";
import { MemoryRegistry, type Registry, ZookeeperRegistry } from "./leadership/registry";
import { Watchers } from "./views/watchers";

/** Streams never end by themselves; what else runs at the end of the process is short. */
const STREAMS_END_MS = 200;

/** One master: its HTTP server, its place in the election and, while it leads, the cluster. */
export class MasterProcess {
  readonly startSeconds = nowSeconds();
  readonly flags: MasterFlags;
  readonly flagTexts: Record<string, string>;
  readonly authentication: Authentication;
  readonly logging: LoggingLevel;
  /** Set while this master leads. */
  leading: LeadingMaster | undefined;
  private election: Election | undefined;
  private server: HttpServer | undefined;

  private constructor(
    { values, texts }: ParsedFlags<MasterTable>,
    readonly info: MasterInfo,
    readonly log: Logger,
    private readonly onEnd: (reason: string) => void,
  ) {
    this.flags = values;
    this.flagTexts = { ...texts, hostname: info.hostname, ip: info.address.ip };
    this.authentication = new Authentication(values);
    this.logging = new LoggingLevel(log);
  }

  /** Paths of the files API with the files behind them. */
  get attachedFiles(): ReadonlyMap<string, string> {
    const { log_dir } = this.flags;
    return new Map(log_dir === undefined ? [] : [["/master/log", join(log_dir, "mesos-master.INFO")]]);
  }

  /**
   * Listens and joins the election; resolves when it listens.
   * @param onEnd called when this master has lost its leadership: the process has to end, with an error
   * @throws Error when the credentials cannot be read or the port cannot be bound
   */
  static async start(
    flags: ParsedFlags<MasterTable>,
    log: Logger,
    onEnd: (reason: string) => void,
  ): Promise<MasterProcess> {
    const info = await makeMasterInfo(randomUUID(), flags.values);
    const master = new MasterProcess(flags, info, log, onEnd);
    const { ip = "0.0.0.0", port } = flags.values;
    master.server = await listen(routes(master).handle, port, ip);
    log.info({ pid: info.pid, id: info.id }, "master listens");
    master.join();
    return master;
  }

  /** Undefined while no leader is known. */
  get leader(): LeaderAddress | undefined {
    if (!this.leading) {
      const leader = this.election?.leader;
      // Its own node of a life before still stands: to redirect to itself would be a circle.
      return leader?.pid === this.info.pid ? undefined : leader;
    }
    const { pid, address, hostname } = this.info;
    return { pid, address: { ...address, hostname } };
  }

  /** Gives up leadership and connections in order. */
  async stop(): Promise<void> {
    this.leading?.stop();
    this.leading = undefined;
    await this.election?.leave();
    await this.server?.close(STREAMS_END_MS);
  }

  private join(): void {
    const { zk, zk_session_timeout, registry_store_timeout } = this.flags;
    if (!zk) {
      this.lead(new MemoryRegistry());
      return;
    }
    const listener = {
      onElected: (client: ZookeeperClient) => {
        const inMemory = this.flags.registry === "in_memory";
        this.lead(inMemory ? new MemoryRegistry() : new ZookeeperRegistry(client, zk.path, registry_store_timeout));
      },
      onDeposed: this.onEnd,
    };
    this.election = new Election(zk, zk_session_timeout, this.info, listener, this.log);
    void this.election.join();
  }

  private lead(registry: Registry): void {
    const { info, flags, log } = this;
    const cluster = new Cluster({
      maxCompletedFrameworks: flags.max_completed_frameworks,
      maxCompletedTasksPerFramework: flags.max_completed_tasks_per_framework,
      maxUnreachableTasksPerFramework: flags.max_unreachable_tasks_per_framework,
    });
    const watchers = new Watchers(cluster, flags.max_operator_event_stream_subscribers);
    const leading = new LeadingMaster({ info, flags, log, cluster, registry, counters: new Counters(), watchers });
    this.leading = leading;
    log.info("elected as the leading master");
    leading.recover().catch((error: Error) => this.onEnd(`the registry cannot be recovered: ${error.message}`));
  }
}
