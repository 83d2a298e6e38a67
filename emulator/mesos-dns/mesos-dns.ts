import { networkInterfaces } from "node:os";
import { type HttpServer, listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import type { Config } from "./config";
import { DnsServer } from "./dns-server";
import { generate } from "./generate";
import { httpApi, type Served } from "./http-api";
import { Masters } from "./masters";
import { isRecovering, withRecovered } from "./recovered";
import type { State } from "./state";
import { readState } from "./state-reader";

const FIRST_RETRY_MS = 1_000;
/** Agents come back to a new leader within seconds; with one that stays away all other names are served after this time. */
const RECOVERY_LIMIT_MS = 60_000;

/** Keeps the records in line with the leading master's state; the last good ones stay while it cannot be read. */
export class MesosDns {
  private served: Served | undefined;
  /** What the records were made of. */
  private state: State | undefined;
  private recoveryEndsMs: number | undefined;
  private masters: string[];
  private detector: Masters | undefined;
  private readonly dns: DnsServer;
  private http: HttpServer | undefined;
  private isStopped = false;
  private refreshTimer: NodeJS.Timeout | undefined;
  private detectionTimer: NodeJS.Timeout | undefined;
  private refreshing: Promise<void> | undefined;
  private reading = new AbortController();

  /** @param onFatal told when no master was found in time: upstream ends then */
  constructor(
    private readonly config: Config,
    private readonly log: Logger,
    private readonly onFatal: (error: Error) => void,
  ) {
    this.masters = config.masters;
    this.dns = new DnsServer(config, () => this.served, log);
  }

  /** @throws the system's error when a port cannot be bound */
  async start(): Promise<void> {
    const { dns, http, zk } = this.config;
    if (dns) await this.dns.listen(dns.host, dns.port);
    if (http) this.http = await listen(httpApi(this.config, () => this.served).handle, http.port, http.host);
    if (zk) {
      this.expectMaster();
      this.detector = new Masters(zk, (masters) => this.onMasters(masters), this.log);
    }
    void this.keepFresh();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.refreshTimer);
    clearTimeout(this.detectionTimer);
    this.dns.close();
    this.reading.abort();
    await Promise.all([this.detector?.close(), this.http?.close()]);
  }

  /** The configured masters stand in where ZooKeeper knows none. */
  private onMasters(found: string[]): void {
    this.log.info({ masters: found }, "masters by ZooKeeper");
    if (found.length === 0) {
      this.expectMaster();
      return;
    }
    clearTimeout(this.detectionTimer);
    this.detectionTimer = undefined;
    this.masters = found;
    // A read that hangs on the former leader must not hold up the new one.
    this.reading.abort();
    void Promise.resolve(this.refreshing).then(() => this.refresh());
  }

  private expectMaster(): void {
    const limitSeconds = this.config.zkDetectionTimeoutSeconds;
    if (limitSeconds === 0) return;
    this.detectionTimer ??= setTimeout(
      () => this.onFatal(new Error(`ZooKeeper named no master within zkDetectionTimeout, ${limitSeconds} s`)),
      limitSeconds * 1000,
    );
  }

  /** Reads again and again; soon when there is nothing to serve yet. */
  private async keepFresh(): Promise<void> {
    await this.refresh();
    const delayMs = this.served === undefined ? FIRST_RETRY_MS : this.config.refreshSeconds * 1000;
    if (!this.isStopped) this.refreshTimer = setTimeout(() => void this.keepFresh(), delayMs);
  }

  /** One at a time: what asks meanwhile waits for the one that runs. */
  private refresh(): Promise<void> {
    this.refreshing ??= this.reload().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async reload(): Promise<void> {
    this.reading = new AbortController();
    try {
      const read = await readState(this.masters, this.config, this.reading.signal);
      if (this.state === undefined && this.isTooEarly(read)) return;
      const state = this.state ? withRecovered(read, this.state) : read;
      this.state = state;
      const made = generate(state, this.masters, ownAddresses(this.config.dns?.host), this.config);
      const isFirst = this.served === undefined;
      this.served = { ...made, serial: Math.floor(Date.now() / 1000) };
      if (isFirst) this.log.info({ leader: state.leader, names: made.records.a.size }, "has its first records");
    } catch (error) {
      this.log.warn({ reason: (error as Error).message }, "cannot read the masters' state, keeps the old records");
    }
  }

  /** The tasks of agents that have not come back would be denied, and clients remember that. */
  private isTooEarly(state: State): boolean {
    this.recoveryEndsMs ??= Date.now() + RECOVERY_LIMIT_MS;
    return isRecovering(state) && Date.now() < this.recoveryEndsMs;
  }
}

function ownAddresses(host: string | undefined): string[] {
  if (host !== undefined && host !== "0.0.0.0") return [host];
  return Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).filter((entry) => entry.family === "IPv4" && !entry.internal).map((entry) => entry.address),
  );
}
