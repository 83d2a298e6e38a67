import type { ZookeeperClient } from "@drover/lib/zookeeper/client";
import { isZookeeperError } from "@drover/lib/zookeeper/errors";

/** The trees that are backed up: what Marathon, Chronos and the Mesos masters keep. */
export const trees = { marathon: "/marathon", chronos: "/chronos", mesos: "/mesos" } as const;

/** A node that outlives its session. */
export interface StoredNode {
  path: string;
  /** Base64. */
  data: string;
}

const childOf = (path: string, name: string) => (path === "/" ? `/${name}` : `${path}/${name}`);

/**
 * All nodes of a tree, parents first. Ephemeral ones are left out: leaders and members are of the present. A node that
 * goes while the tree is read was not part of it.
 */
export async function readTree(client: ZookeeperClient, path: string): Promise<StoredNode[]> {
  try {
    const { data, ephemeral } = await client.get(path);
    if (ephemeral) return [];
    const nodes: StoredNode[] = [{ path, data: data.toString("base64") }];
    for (const name of (await client.children(path)).sort())
      nodes.push(...(await readTree(client, childOf(path, name))));
    return nodes;
  } catch (error) {
    if (isZookeeperError(error, "NO_NODE")) return [];
    throw error;
  }
}

async function removeTree(client: ZookeeperClient, path: string): Promise<void> {
  try {
    for (const name of await client.children(path)) await removeTree(client, childOf(path, name));
    await client.remove(path);
  } catch (error) {
    if (!isZookeeperError(error, "NO_NODE")) throw error;
  }
}

/** Puts a tree in the place of what is there. Whoever uses it must be stopped. */
export async function writeTree(client: ZookeeperClient, root: string, nodes: readonly StoredNode[]): Promise<void> {
  await removeTree(client, root);
  for (const { path, data } of nodes) await client.create(path, Buffer.from(data, "base64"));
}
