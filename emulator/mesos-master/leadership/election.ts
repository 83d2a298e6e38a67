import type { Logger } from "@drover/lib/log";
import { type LeadingMaster, leaderIn, MASTER_LABEL } from "@drover/lib/mesos/master-detector";
import type { MasterInfo } from "@drover/lib/mesos/types";
import { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { Group } from "@drover/lib/zookeeper/group";
import type { ZookeeperUrl } from "@drover/lib/zookeeper/url";

export interface ElectionListener {
  /** This master leads; the client's session is its leadership. */
  onElected(client: ZookeeperClient): void;
  /** It does not lead any more and has to end: it may have acted on what others see differently by now. */
  onDeposed(reason: string): void;
}

const RETRY_MS = 1000;

/**
 * The election of masters as upstream holds it: each announces itself by an ephemeral sequential node `json.info_…`
 * with its MasterInfo, the lowest number leads. A standby that loses its session joins again.
 */
export class Election {
  /** Undefined while no leader is known. */
  leader: LeadingMaster | undefined;
  private client: ZookeeperClient | undefined;
  private leading = false;
  private closed = false;

  constructor(
    private readonly url: ZookeeperUrl,
    private readonly sessionTimeoutMs: number,
    private readonly info: MasterInfo,
    private readonly listener: ElectionListener,
    private readonly log: Logger,
  ) {}

  /** Joins, trying again for as long as ZooKeeper cannot be reached. */
  async join(): Promise<void> {
    while (!this.closed) {
      let client: ZookeeperClient | undefined;
      try {
        const { servers, credentials, path } = this.url;
        client = await ZookeeperClient.connect({ servers, credentials, sessionTimeoutMs: this.sessionTimeoutMs });
        await this.enter(client, path);
        return;
      } catch (error) {
        this.log.warn({ error: (error as Error).message }, "could not join the masters in ZooKeeper, trying again");
        await client?.close();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Leaves at once, so that another master may lead without waiting for the session's end. */
  async leave(): Promise<void> {
    this.closed = true;
    await this.client?.close();
  }

  private async enter(client: ZookeeperClient, path: string): Promise<void> {
    const group = new Group(client, path, MASTER_LABEL);
    const name = await group.join(Buffer.from(JSON.stringify(this.info)));
    this.client = client;
    if (this.closed) {
      await client.close();
      return;
    }
    this.log.info({ node: name }, "joined the masters");
    client.onState((state) => {
      if (state === "expired") {
        this.onExpired();
      }
    });
    group.watchLeader((first) => {
      this.leader = leaderIn(first?.data);
      this.log.info({ leader: this.leader?.pid ?? "none" }, "leading master detected");
      if (first?.name === name && !this.leading) {
        this.leading = true;
        this.listener.onElected(client);
      } else if (first?.name !== name && this.leading) {
        this.listener.onDeposed("another master leads");
      }
    });
    if (client.state === "expired") {
      this.onExpired();
    }
  }

  private onExpired(): void {
    if (this.closed) {
      return;
    }
    this.leader = undefined;
    if (this.leading) {
      this.listener.onDeposed("the ZooKeeper session is lost");
    } else {
      void this.join();
    }
  }
}
