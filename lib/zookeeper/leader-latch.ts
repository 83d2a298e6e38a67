import { randomUUID } from "node:crypto";
import type { ZookeeperClient } from "./client";
import { isZookeeperError } from "./errors";
import { type Member, watchFirstMember } from "./first-member";

export interface LeaderLatchListener {
  /** This process leads now. */
  onElected(): void;
  /** It led and does no more: the session is lost or its node was removed. Curator's users end the process here. */
  onDeposed(): void;
  /** `address` is what the leader wrote (host:port), also when it is this process; undefined while nobody leads. */
  onLeader?(address: string | undefined): void;
}

const MARK = "-latch-";
const JOIN_TRIES = 5;

/**
 * Curator's LeaderLatch, as Marathon and Chronos use it: ephemeral sequential nodes `_c_<guid>-latch-<10 digits>` with
 * host:port as data; the lowest number leads. The guid finds a node whose creation was not answered.
 */
export class LeaderLatch {
  private readonly prefix = `_c_${randomUUID()}${MARK}`;
  private leading = false;
  private stops: (() => void)[] = [];

  constructor(
    private readonly client: ZookeeperClient,
    private readonly path: string,
    private readonly address: string,
    private readonly listener: LeaderLatchListener,
  ) {}

  /** Joins the election. @throws ZookeeperError when the node cannot be made */
  async start(): Promise<void> {
    await this.client.mkdirp(this.path);
    await this.join();
    this.stops = [
      this.client.onState((state) => {
        if (state === "expired" || state === "closed") {
          this.depose();
        }
      }),
      watchFirstMember(
        this.client,
        this.path,
        (name) => name.includes(MARK),
        (first) => this.follow(first),
      ),
    ];
  }

  /** Leaves the election: another may lead at once. The listener hears nothing more. */
  async close(): Promise<void> {
    this.stop();
    const own = await this.ownName();
    if (own !== undefined) {
      await this.client.remove(`${this.path}/${own}`);
    }
  }

  private async join(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if ((await this.ownName()) === undefined) {
          const data = Buffer.from(this.address);
          await this.client.create(`${this.path}/${this.prefix}`, data, { ephemeral: true, sequential: true });
        }
        return;
      } catch (error) {
        if (attempt === JOIN_TRIES || !isZookeeperError(error, "CONNECTION_LOSS", "OPERATION_TIMEOUT")) {
          throw error;
        }
      }
    }
  }

  private async ownName(): Promise<string | undefined> {
    return (await this.client.children(this.path)).find((name) => name.startsWith(this.prefix));
  }

  private follow(first: Member | undefined): void {
    const leads = first?.name.startsWith(this.prefix) === true;
    if (this.leading && !leads) {
      this.depose();
      return;
    }
    this.listener.onLeader?.(first?.data.toString());
    if (leads && !this.leading) {
      this.leading = true;
      this.listener.onElected();
    }
  }

  private depose(): void {
    const led = this.leading;
    this.stop();
    if (led) {
      this.listener.onDeposed();
    }
  }

  private stop(): void {
    this.leading = false;
    for (const stop of this.stops.splice(0)) {
      stop();
    }
  }
}
