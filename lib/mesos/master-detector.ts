import { ZookeeperClient } from "../zookeeper/client";
import { isZookeeperError } from "../zookeeper/errors";
import { Group } from "../zookeeper/group";
import { parseZookeeperUrl, type ZookeeperUrl } from "../zookeeper/url";
import type { MasterInfo } from "./types";

/** Label of the masters' nodes since 0.24; their content is MasterInfo as JSON. */
export const MASTER_LABEL = "json.info_";

export interface LeadingMaster {
  /** Undefined when the master was given by address. */
  id?: string;
  address: { hostname: string; ip: string; port: number };
  /** `master@ip:port` */
  pid: string;
}

export interface MasterDetector {
  /** Calls back with the leader as soon as it is known and whenever it changes; undefined when there is none. */
  watch(listener: (leader: LeadingMaster | undefined) => void): () => void;
  close(): Promise<void>;
}

/**
 * Finds the leading master from what programs are given as `--master`: `zk://…/path` (or `file:///path` holding it),
 * `host:port`, `http://host:port`. An address may be a standby's: it redirects.
 * @throws Error when the text is none of these
 */
export function createMasterDetector(master: string, sessionTimeoutMs = 10_000): MasterDetector {
  if (master.startsWith("zk://") || master.startsWith("file://")) {
    return new ZookeeperDetector(parseZookeeperUrl(master), sessionTimeoutMs);
  }
  return new FixedDetector(parseAddress(master));
}

/** Reads a master's node; one without `address` tells it by its fields of old. @throws Error when it tells none */
export function parseMasterInfo(data: Buffer): LeadingMaster {
  const info = JSON.parse(data.toString("utf8")) as Omit<MasterInfo, "address"> & Partial<Pick<MasterInfo, "address">>;
  const { hostname, ip, port } = info.address ?? { ip: dotted(info.ip), port: info.port };
  return { id: info.id, address: { hostname: hostname ?? info.hostname, ip, port }, pid: info.pid };
}

/** The address of a number in network byte order, read as little-endian. @throws Error when there is none */
function dotted(ip: number | undefined): string {
  if (ip === undefined) throw new Error("it names no address");
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(ip);
  return [...bytes].join(".");
}

/** The master that a node names; undefined when there is no node or nobody can be reached by what it says. */
export function leaderIn(node: Buffer | undefined): LeadingMaster | undefined {
  try {
    return node && parseMasterInfo(node);
  } catch {
    return undefined;
  }
}

function parseAddress(text: string): LeadingMaster {
  const match = /^(?:https?:\/\/)?(?:master@)?([A-Za-z0-9._-]+):(\d{1,5})\/?$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || !(port >= 1 && port <= 65535)) {
    throw new Error("the master must be zk://host:port,host:port/path, file:///path, host:port or http://host:port");
  }
  return { address: { hostname: match[1], ip: match[1], port }, pid: `master@${match[1]}:${port}` };
}

class FixedDetector implements MasterDetector {
  constructor(private readonly leader: LeadingMaster) {}

  watch(listener: (leader: LeadingMaster | undefined) => void): () => void {
    const timer = setImmediate(() => listener(this.leader));
    return () => clearImmediate(timer);
  }

  async close(): Promise<void> {}
}

/** Watches the group of masters; opens a new session when one is lost and keeps the last leader until it knows better. */
class ZookeeperDetector implements MasterDetector {
  private readonly listeners = new Set<(leader: LeadingMaster | undefined) => void>();
  private leader: LeadingMaster | undefined;
  private isKnown = false;
  private closed = false;
  private client: ZookeeperClient | undefined;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly url: ZookeeperUrl,
    private readonly sessionTimeoutMs: number,
  ) {
    void this.open();
  }

  watch(listener: (leader: LeadingMaster | undefined) => void): () => void {
    this.listeners.add(listener);
    const timer = setImmediate(() => {
      if (this.isKnown) {
        listener(this.leader);
      }
    });
    return () => {
      clearImmediate(timer);
      this.listeners.delete(listener);
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    this.listeners.clear();
    await this.client?.close();
  }

  private async open(): Promise<void> {
    try {
      const { servers, credentials } = this.url;
      const client = await ZookeeperClient.connect({ servers, credentials, sessionTimeoutMs: this.sessionTimeoutMs });
      if (this.closed) {
        await client.close();
        return;
      }
      this.client = client;
      client.onState((state) => {
        if (state === "expired" && !this.closed) {
          void this.open();
        }
      });
      new Group(client, this.url.path, MASTER_LABEL).watchLeader((node) => this.onLeader(node?.data));
    } catch (error) {
      if (!isZookeeperError(error)) {
        throw error;
      }
      if (!this.closed) {
        this.retry = setTimeout(() => void this.open(), 1000);
      }
    }
  }

  private onLeader(data: Buffer | undefined): void {
    const leader = leaderIn(data);
    if (this.closed || (this.isKnown && leader?.id === this.leader?.id && leader?.pid === this.leader?.pid)) {
      return;
    }
    this.isKnown = true;
    this.leader = leader;
    for (const listener of [...this.listeners]) {
      listener(leader);
    }
  }
}
