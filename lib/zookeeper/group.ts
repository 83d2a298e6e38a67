import type { ZookeeperClient } from "./client";
import { type Member, membersInOrder, watchFirstMember } from "./first-member";

/** Processes that announce themselves by ephemeral sequential nodes `<prefix><10 digits>` below one path. */
export class Group {
  constructor(
    private readonly client: ZookeeperClient,
    private readonly path: string,
    private readonly prefix: string,
  ) {}

  /** Joins for as long as the session lives and returns the node's name. */
  async join(data: Buffer): Promise<string> {
    await this.client.mkdirp(this.path);
    const created = await this.client.create(`${this.path}/${this.prefix}`, data, {
      ephemeral: true,
      sequential: true,
    });
    return created.slice(created.lastIndexOf("/") + 1);
  }

  /** Calls back with the members' names, lowest number first, now and after every change; returns what ends that. */
  watchMembers(listener: (names: string[]) => void): () => void {
    return this.client.watchChildren(this.path, (children) =>
      listener(membersInOrder(children, (name) => name.startsWith(this.prefix))),
    );
  }

  /**
   * Calls back with the member of the lowest number now and whenever another takes its place; undefined when there is
   * none. Returns what ends that.
   */
  watchLeader(listener: (leader: Member | undefined) => void): () => void {
    return watchFirstMember(this.client, this.path, (name) => name.startsWith(this.prefix), listener);
  }
}
