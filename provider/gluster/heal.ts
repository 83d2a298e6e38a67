import { setTimeout as delay } from "node:timers/promises";
import type { Progress } from "../server/progress";
import type { GlusterServer } from "./server";
import { parseHeal, type VolumeInfo } from "./texts";

const pollMs = 500;

/** What marks a folder as a brick of a volume. */
const volumeMark = "trusted.glusterfs.volume-id";

/** True when the folder on this server is a brick of the volume. @throws Error when it is somebody else's */
async function isBrick(server: GlusterServer, folder: string, id: string): Promise<boolean> {
  const mark = (await server.root(`getfattr -n ${volumeMark} -e hex ${folder} 2>/dev/null || true`)).match(/0x(\w+)/);
  if (mark?.[1] === id.replace(/-/g, "")) return true;
  const files = await server.root(`find ${folder} -mindepth 1 -maxdepth 1 ! -name .glusterfs 2>/dev/null | head -n 1`);
  if (files.trim() === "") return false;
  throw new Error(
    `${folder} on ${server.hostname} holds files and is no brick of the volume: move them away, or remove them`,
  );
}

/**
 * Makes empty folders the bricks that got lost with their disks. While such a brick is down, changes at the volume's
 * root make the other bricks note that it lacks them; only then it may start, as a copy that is to be filled and never
 * as one to copy from.
 */
export async function replaceLostBricks(
  anchor: GlusterServer,
  servers: readonly GlusterServer[],
  name: string,
  brickFolder: string,
  info: VolumeInfo,
  progress: Progress,
): Promise<void> {
  const are = await Promise.all(servers.map((server) => isBrick(server, brickFolder, info.id)));
  const lost = servers.filter((_, i) => !are[i]);
  if (lost.length === 0) return;
  if (lost.length * 2 >= servers.length) {
    throw new Error(
      `${name} has lost its bricks on ${lost.map(({ hostname }) => hostname).join(", ")}: too many to fill them from the rest. Restore a backup into a new cluster (npm run restore)`,
    );
  }
  progress(`making ${name}'s brick on ${lost.map(({ hostname }) => hostname).join(", ")} again`);
  const probe = `"$mount"/.drover-replaced-brick`;
  await anchor.onVolume(
    name,
    `mkdir -p ${probe}
rmdir ${probe}
setfattr -n trusted.drover-replaced-brick -v 1 "$mount"
setfattr -x trusted.drover-replaced-brick "$mount"`,
  );
  for (const server of lost) {
    await server.root(`mkdir -p ${brickFolder}/.glusterfs
setfattr -n ${volumeMark} -v 0x${info.id.replace(/-/g, "")} ${brickFolder}`);
  }
}

/**
 * Starts the volume and every brick of it that does not run, and waits until all bricks hold the same.
 * @throws Error when that is not so in time, or when files have two contents of which neither is the right one
 */
export async function startAndHeal(
  anchor: GlusterServer,
  name: string,
  info: VolumeInfo,
  until: number,
  progress: Progress,
): Promise<void> {
  if (!info.started) await anchor.gluster("volume", "start", name);
  if (info.bricks.length === 1) return;
  for (;;) {
    const bricks = parseHeal(await anchor.gluster("volume", "heal", name, "info", "summary"));
    const away = bricks.filter(({ connected }) => !connected).map(({ brick }) => brick);
    const pending = Math.max(0, ...bricks.map((brick) => brick.pending));
    if (away.length === 0 && pending === 0 && bricks.length === info.bricks.length) return;
    if (bricks.some(({ splitBrain }) => splitBrain > 0)) {
      throw new Error(
        `files of ${name} differ between its bricks and none is right for sure: \`sudo gluster volume heal ${name} info split-brain\` on ${anchor.hostname} names them, \`… heal ${name} split-brain latest-mtime <file>\` decides`,
      );
    }
    if (Date.now() > until) {
      const state = away.length > 0 ? `bricks do not answer: ${away.join(", ")}` : `${pending} entries are not healed`;
      throw new Error(`${name} is not whole: ${state}. \`sudo gluster volume status ${name}\` on ${anchor.hostname}`);
    }
    if (away.length > 0) {
      progress(`starting bricks: ${away.join(", ")}`);
      await anchor.gluster("volume", "start", name, "force");
    } else {
      progress(`healing: ${pending} entries to go`);
      // A crawl goes one level of folders deep at a time. It is refused while a self-heal daemon restarts.
      await anchor.gluster("volume", "heal", name).catch(() => {});
    }
    await delay(pollMs);
  }
}
