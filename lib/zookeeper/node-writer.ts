import type { MultiOperation, ZookeeperClient } from "./client";
import { isZookeeperError } from "./errors";

const attempts = 3;

/**
 * Writes nodes so that a short loss of the connection does not matter. Writes to one path follow each other; each may be
 * repeated, since what it asks for is then already so.
 */
export class NodeWriter {
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(private readonly client: ZookeeperClient) {}

  /** Creates the node; one that is there stays as it is. */
  create(path: string, data: Buffer): Promise<void> {
    return this.inOrder(path, async () => {
      await this.client.create(path, data).catch(unless("NODE_EXISTS"));
    });
  }

  /** Creates the node or replaces its data. */
  put(path: string, data: Buffer): Promise<void> {
    return this.inOrder(path, async () => {
      try {
        await this.client.set(path, data);
      } catch (error) {
        if (!isZookeeperError(error, "NO_NODE")) throw error;
        await this.client.create(path, data).catch(unless("NODE_EXISTS"));
      }
    });
  }

  remove(path: string): Promise<void> {
    return this.inOrder(path, () => this.client.remove(path).catch(unless("NO_NODE")));
  }

  /**
   * All or nothing, with a list that begins by creating a node.
   * @param isDone whether it has happened, for a repetition after an answer was lost
   */
  multi(operations: MultiOperation[], isDone: () => Promise<boolean>): Promise<void> {
    let isRepetition = false;
    return this.inOrder("multi", async () => {
      if (isRepetition && (await isDone())) return;
      isRepetition = true;
      await this.client.multi(operations);
    });
  }

  private async inOrder(path: string, write: () => Promise<void>): Promise<void> {
    const before = this.last.get(path) ?? Promise.resolve();
    const mine = before.catch(() => {}).then(() => repeated(write));
    this.last.set(path, mine);
    try {
      await mine;
    } finally {
      if (this.last.get(path) === mine) this.last.delete(path);
    }
  }
}

async function repeated(write: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (attempt === attempts || !isZookeeperError(error, "CONNECTION_LOSS", "OPERATION_TIMEOUT")) throw error;
    }
  }
}

function unless(code: "NODE_EXISTS" | "NO_NODE"): (error: unknown) => void {
  return (error) => {
    if (!isZookeeperError(error, code)) throw error;
  };
}
