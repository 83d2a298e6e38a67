import type { Logger } from "@drover/lib/log";
import { MASTER_LABEL, parseMasterInfo } from "@drover/lib/mesos/master-detector";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";
import { Group } from "@drover/lib/zookeeper/group";
import { parseZookeeperUrl, type ZookeeperUrl } from "@drover/lib/zookeeper/url";

const RETRY_MS = 1_000;

/** All masters that stand for election, from ZooKeeper: as `ip:port`, the leader first. */
export class Masters {
  private readonly url: ZookeeperUrl;
  private client: ZookeeperClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** Counts the changes, so that a slow read of an old one is dropped. */
  private change = 0;

  constructor(
    zk: string,
    private readonly listener: (masters: string[]) => void,
    private readonly log: Logger,
  ) {
    this.url = parseZookeeperUrl(zk);
    void this.open();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.client?.close();
  }

  private async open(): Promise<void> {
    try {
      const client = await ZookeeperClient.connect({ servers: this.url.servers, credentials: this.url.credentials });
      if (this.isClosed) return await client.close();
      this.client = client;
      client.onState((state) => {
        if (state === "expired" && !this.isClosed) void this.open();
      });
      new Group(client, this.url.path, MASTER_LABEL).watchMembers((names) => void this.read(client, names));
    } catch (error) {
      if (!isZookeeperError(error)) throw error;
      this.log.warn({ reason: error.message }, "ZooKeeper cannot be reached, tries again");
      if (!this.isClosed) this.retry = setTimeout(() => void this.open(), RETRY_MS);
    }
  }

  private async read(client: ZookeeperClient, names: string[]): Promise<void> {
    const change = ++this.change;
    const nodes = await Promise.all(names.map((name) => client.get(`${this.url.path}/${name}`).catch(() => undefined)));
    if (change !== this.change || this.isClosed) return;
    this.listener(nodes.flatMap((node, index) => (node ? this.addressIn(node.data, names[index]) : [])));
  }

  /** One master that writes something else must not take the others' names along. */
  private addressIn(data: Buffer, name = ""): string[] {
    try {
      const { ip, port } = parseMasterInfo(data).address;
      return [`${ip}:${port}`];
    } catch (error) {
      this.log.warn({ node: name, reason: (error as Error).message }, "a master's node cannot be read, left out");
      return [];
    }
  }
}
