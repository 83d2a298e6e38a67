import type { ZookeeperClient } from "./client";
import { isZookeeperError } from "./errors";

export interface Member {
  /** Name of the node below the group's path. */
  name: string;
  data: Buffer;
}

/** The number at the end of a sequential node's name; NaN when there is none. */
export function sequenceOf(name: string): number {
  return Number(/\d{10}$/.exec(name)?.[0] ?? Number.NaN);
}

/** The members among the children of a path, lowest number first. */
export function membersInOrder(children: string[], isMember: (name: string) => boolean): string[] {
  return children
    .filter((name) => isMember(name) && !Number.isNaN(sequenceOf(name)))
    .sort((a, b) => sequenceOf(a) - sequenceOf(b));
}

/**
 * Calls back with the member of the lowest number now and whenever another takes its place; undefined when there is
 * none. Ends with the session or with the returned function.
 */
export function watchFirstMember(
  client: ZookeeperClient,
  path: string,
  isMember: (name: string) => boolean,
  listener: (first: Member | undefined) => void,
): () => void {
  let newest = 0;
  let last: string | undefined | null = null;
  const stop = client.watchChildren(path, (children) => {
    newest += 1;
    void follow(newest, membersInOrder(children, isMember));
  });
  const follow = async (turn: number, names: string[]) => {
    const isOver = () => turn !== newest || client.state === "expired" || client.state === "closed";
    const first = await firstReadable(client, path, names, isOver);
    if (!isOver() && first?.name !== last) {
      last = first?.name;
      listener(first);
    }
  };
  return () => {
    newest += 1;
    stop();
  };
}

/** The first of the nodes that is still there; undefined when none is or nobody waits for it any more. */
async function firstReadable(
  client: ZookeeperClient,
  path: string,
  names: string[],
  isOver: () => boolean,
): Promise<Member | undefined> {
  for (const name of names) {
    while (!isOver()) {
      try {
        return { name, data: (await client.get(`${path}/${name}`)).data };
      } catch (error) {
        if (isZookeeperError(error, "NO_NODE")) {
          break;
        }
        if (!isZookeeperError(error, "CONNECTION_LOSS", "OPERATION_TIMEOUT")) {
          return undefined;
        }
      }
    }
  }
  return undefined;
}
