import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import type { GlusterServer } from "./server";
import type { Peer } from "./texts";

/** What one server knows of the pool, itself included. */
export interface View {
  address: string;
  peers: readonly Peer[];
}

/** What makes one trusted pool of servers that may know each other, or not yet, or no longer. */
export interface PoolPlan {
  /** The server whose view counts: the one that knows most others. */
  anchor: string;
  /** Servers that it does not know yet. */
  probe: string[];
  /** Servers that the pool knows under another UUID: they have lost their state and get it back. */
  restore: { address: string; uuid: string }[];
}

/** Compares the servers' views. Pure, so that every history of a pool can be tested. */
export function planPool(views: readonly View[]): PoolPlan {
  const anchor = views.reduce((best, view) => (view.peers.length > best.peers.length ? view : best));
  const plan: PoolPlan = { anchor: anchor.address, probe: [], restore: [] };
  for (const view of views) {
    if (view === anchor) continue;
    const own = view.peers.find(({ address }) => address === view.address);
    const known = anchor.peers.find(({ address }) => address === view.address);
    if (!known) plan.probe.push(view.address);
    else if (known.uuid !== own?.uuid) plan.restore.push({ address: view.address, uuid: known.uuid });
  }
  return plan;
}

const stateFolder = "/var/lib/glusterd";

/** The UUID and the peers are all that a server needs: the others tell it the volumes when it meets them again. */
async function restore(server: GlusterServer, uuid: string, anchor: GlusterServer, pool: readonly Peer[]) {
  const version = await anchor.root(`sed -n 's/^operating-version=//p' ${stateFolder}/glusterd.info`);
  const peers = pool
    .filter((peer) => peer.uuid !== uuid)
    .map((peer) => `printf 'uuid=%s\\nstate=3\\nhostname1=%s\\n' ${peer.uuid} ${peer.address} > peers/${peer.uuid}`);
  await server.root(`systemctl stop glusterd
cd ${stateFolder}
rm -rf peers vols
mkdir -p peers
printf 'UUID=%s\\noperating-version=%s\\n' ${uuid} ${version.trim()} > glusterd.info
${peers.join("\n")}
systemctl start glusterd`);
}

const pollMs = 300;

/**
 * Makes the servers one trusted pool, all connected. A server that was made again without its state takes up the
 * identity that the pool knows it by.
 * @param until when to give up, in milliseconds since 1970
 * @returns the server to give commands to
 */
export async function formPool(
  servers: readonly GlusterServer[],
  until: number,
  progress: Progress,
): Promise<GlusterServer> {
  const views = await Promise.all(
    servers.map(async (server) => ({ address: server.address, peers: await server.pool(until) })),
  );
  const plan = planPool(views);
  const at = (address: string) => {
    const server = servers.find((candidate) => candidate.address === address);
    if (!server) throw new Error(`there is no GlusterFS server at ${address}`);
    return server;
  };
  const anchor = at(plan.anchor);
  for (const address of plan.probe) {
    progress(`${anchor.hostname} takes ${at(address).hostname} into the pool`);
    await anchor.gluster("peer", "probe", address);
  }
  const pool = await anchor.pool(until);
  for (const { address, uuid } of plan.restore) {
    progress(`${at(address).hostname} was made again and gets its place in the pool back`);
    await restore(at(address), uuid, anchor, pool);
  }
  for (;;) {
    const missing = (await anchor.pool(until)).filter(({ connected }) => !connected).map(({ address }) => address);
    if (missing.length === 0) return anchor;
    if (Date.now() > until) {
      throw new Error(`GlusterFS servers are not connected to ${anchor.hostname}: ${missing.join(", ")}`);
    }
    progress(`waiting for the GlusterFS servers ${missing.join(", ")}`);
    await delay(pollMs);
  }
}
