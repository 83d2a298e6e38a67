import { replaceLostBricks, startAndHeal } from "../gluster/heal";
import { formPool } from "../gluster/pool";
import { GlusterServer } from "../gluster/server";
import { createVolume, healWholeFolders, setOptions, setQuotas, type WantedVolume } from "../gluster/volume";
import type { Progress } from "../server/progress";
import type { ResourceHandler } from "../server/resource";
import type { SshTarget } from "../ssh/connection";

export interface GlusterVolumeInputs extends WantedVolume {
  /** All servers of the pool. Their address is their name in it. */
  servers: SshTarget[];
  /** How many of them, the first ones, hold a brick: a full copy. */
  replicas: number;
  /** Changes when a server was made again: its brick is looked at, and healed. */
  machineIds: string[];
  /** Options of the whole pool. */
  poolOptions: Record<string, string>;
  /** What a removal does: true leaves volume and files as they are. */
  retain: boolean;
  /** Limit of everything, healing included. */
  timeoutSeconds: number;
}

type Known = GlusterVolumeInputs & Record<string, never>;

/** Connects to all servers, runs `work`, and closes. */
async function withServers<T>(inputs: GlusterVolumeInputs, work: (servers: GlusterServer[]) => Promise<T>): Promise<T> {
  const connected = await Promise.allSettled(inputs.servers.map((target) => GlusterServer.connect(target)));
  const servers = connected.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  try {
    const failed = connected.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    return await work(servers);
  } finally {
    for (const server of servers) server.close();
  }
}

/** Brings pool and volume to what is wanted, from whatever is there: safe to repeat after it was cut off anywhere. */
function converge(inputs: GlusterVolumeInputs, before: Partial<GlusterVolumeInputs>, progress: Progress) {
  const { name, brickFolder, timeoutSeconds, poolOptions } = inputs;
  const until = Date.now() + timeoutSeconds * 1000;
  return withServers(inputs, async (servers) => {
    const anchor = await formPool(servers, until, progress);
    const bricks = servers.slice(0, inputs.replicas);
    const info = await createVolume(anchor, bricks, inputs);
    await setOptions(anchor, inputs, info, before.options ?? {});
    for (const [option, value] of Object.entries(poolOptions)) {
      if (info.options[option] !== value) await anchor.gluster("volume", "set", "all", option, value);
    }
    await healWholeFolders(anchor, name, info);
    if (info.started) await replaceLostBricks(anchor, bricks, name, brickFolder, info, progress);
    await startAndHeal(anchor, name, info, until, progress);
    await setQuotas(anchor, inputs, info, progress);
    return {};
  });
}

/** The volume as any server that can be reached knows it. `sure` when all were asked. */
async function look(inputs: GlusterVolumeInputs) {
  const asked = await Promise.allSettled(
    inputs.servers.map(async (target) => {
      const server = await GlusterServer.connect(target);
      try {
        return await server.volume(inputs.name);
      } finally {
        server.close();
      }
    }),
  );
  const found = asked.flatMap((result) => (result.status === "fulfilled" && result.value ? [result.value] : []));
  return { info: found[0], sure: asked.every(({ status }) => status === "fulfilled") };
}

async function removeVolume(inputs: GlusterVolumeInputs, progress: Progress): Promise<void> {
  const { name, brickFolder } = inputs;
  try {
    await withServers(inputs, async (servers) => {
      const [anchor] = servers;
      if (!anchor) return;
      const info = await anchor.volume(name);
      if (info?.started) await anchor.gluster("volume", "stop", name, "force");
      if (info) await anchor.gluster("volume", "delete", name);
      await Promise.all(servers.map((server) => server.root(`rm -rf ${brickFolder}`)));
    });
  } catch (error) {
    // Machines that are gone or cut off must not keep a cluster from being removed; their disks go with them.
    progress(`${name} was not removed by itself: ${(error as Error).message}`);
  }
}

/** A GlusterFS volume on the core machines: trusted pool, bricks, options, quotas, and its healing as part of a change. */
export const glusterVolume: ResourceHandler<GlusterVolumeInputs, Record<string, never>> = {
  changed: (olds, news) => wanted(olds) !== wanted(news),
  create: (news, progress) => converge(news, {}, progress),
  update: (olds, news, progress) => converge(news, olds, progress),
  async read(olds) {
    const { info, sure } = await look(olds);
    if (!info) return sure ? undefined : olds;
    const options = Object.keys(olds.options).map((option) => [option, info.options[option] ?? ""]);
    return { ...olds, options: Object.fromEntries(options) } as Known;
  },
  async remove(olds, progress) {
    if (!olds.retain) await removeVolume(olds, progress);
  },
};

/** Those inputs whose change asks for work; how servers are reached does not. */
function wanted({
  name,
  brickFolder,
  replicas,
  machineIds,
  options,
  poolOptions,
  quotasGb,
  retain,
}: GlusterVolumeInputs) {
  const sorted = (record: Record<string, unknown>) => Object.entries(record).sort(([a], [b]) => a.localeCompare(b));
  return JSON.stringify([
    name,
    brickFolder,
    replicas,
    machineIds,
    sorted(options),
    sorted(poolOptions),
    sorted(quotasGb),
    retain,
  ]);
}
