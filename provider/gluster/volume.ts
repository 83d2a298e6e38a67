import type { Progress } from "../server/progress";
import { shellWord } from "../ssh/shell";
import type { GlusterServer } from "./server";
import { parseQuotas, type VolumeInfo } from "./texts";

/** A volume as it is wanted. */
export interface WantedVolume {
  name: string;
  /** Folder of the brick on each server; its file system must be a disk of its own. */
  brickFolder: string;
  /** Options of the volume, by gluster's names. */
  options: Record<string, string>;
  /** Limits of folders in GB, by path from the volume's root; "/" limits the whole volume. */
  quotasGb: Record<string, number>;
}

const bytesPerGb = 1024 ** 3;

/** True when two lists hold the same bricks, in whatever order. */
function sameBricks(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((brick) => b.includes(brick));
}

/** Refuses a brick folder that would lie on the root disk or that holds somebody's files. */
function prepareBrick(server: GlusterServer, folder: string): Promise<string> {
  return server.root(`disk=$(findmnt -n -o TARGET --target "$(dirname ${folder})" || true)
[ "$disk" != / ] || { echo "${folder} would lie on the root disk: no data disk is mounted above it" >&2; exit 1; }
[ -z "$(find ${folder} -mindepth 1 -maxdepth 1 ! -name .glusterfs ! -name .trashcan 2>/dev/null | head -n 1)" ] || {
  echo "${folder} holds files of a volume that the pool does not know: move them away, or remove them" >&2; exit 1; }
mkdir -p "$(dirname ${folder})"`);
}

/**
 * Makes the volume when the pool has none of its name. `force` because a creation that was cut off has marked its
 * bricks; what it would hide, a root disk or foreign files, is looked at before.
 */
export async function createVolume(
  anchor: GlusterServer,
  servers: readonly GlusterServer[],
  wanted: WantedVolume,
): Promise<VolumeInfo> {
  const { name, brickFolder } = wanted;
  const bricks = servers.map(({ address }) => `${address}:${brickFolder}`);
  const found = await anchor.volume(name);
  if (found) {
    if (!sameBricks(found.bricks, bricks)) {
      throw new Error(
        `${name} has the bricks ${found.bricks.join(", ")}, which cannot become ${bricks.join(", ")} by itself: copy its files to a volume of another cluster (npm run backup, npm run restore)`,
      );
    }
    return found;
  }
  await Promise.all(servers.map((server) => prepareBrick(server, brickFolder)));
  const replicas = servers.length > 1 ? ["replica", String(servers.length)] : [];
  await anchor.gluster("volume", "create", name, ...replicas, ...bricks, "force");
  const made = await anchor.volume(name);
  if (!made) throw new Error(`gluster on ${anchor.hostname} has made ${name} and does not know it`);
  return made;
}

/** Sets the options that are not as they are wanted, all at once, and takes back those that are wanted no longer. */
export async function setOptions(
  anchor: GlusterServer,
  { name, options }: WantedVolume,
  info: VolumeInfo,
  before: Readonly<Record<string, string>>,
): Promise<void> {
  const wrong = Object.entries(options).filter(([option, value]) => info.options[option] !== value);
  if (wrong.length > 0) await anchor.gluster("volume", "set", name, ...wrong.flat());
  for (const option of Object.keys(before)) {
    if (!(option in options)) await anchor.gluster("volume", "reset", name, option);
  }
}

/**
 * Heals whole folders instead of the names that changed: a brick that was made again lacks everything, not only what
 * changed while it was away.
 */
export async function healWholeFolders(anchor: GlusterServer, name: string, info: VolumeInfo): Promise<void> {
  const off = info.options["cluster.granular-entry-heal"];
  if (info.bricks.length > 1 && off !== "disable" && off !== "off") {
    await anchor.gluster("volume", "heal", name, "granular-entry-heal", "disable");
  }
}

/** Sets the limits of folders, which are made where they are missing. */
export async function setQuotas(
  anchor: GlusterServer,
  { name, quotasGb }: WantedVolume,
  info: VolumeInfo,
  progress: Progress,
): Promise<void> {
  const paths = Object.keys(quotasGb);
  const enabled = info.options["features.quota"] === "on";
  if (paths.length === 0) {
    if (enabled) await anchor.gluster("volume", "quota", name, "disable");
    return;
  }
  if (!enabled) {
    progress("turning quotas on");
    await anchor.gluster("volume", "quota", name, "enable");
    // How old the sums may be that writers are held to, below and above 80 % of a limit.
    await anchor.gluster("volume", "quota", name, "soft-timeout", "5");
    await anchor.gluster("volume", "quota", name, "hard-timeout", "1");
  }
  const folders = paths.filter((path) => path !== "/");
  if (folders.length > 0) {
    await anchor.onVolume(name, folders.map((path) => `mkdir -p "$mount"${shellWord(path)}`).join("\n"));
  }
  const set = parseQuotas(await anchor.gluster("volume", "quota", name, "list", "--xml").catch(() => ""));
  for (const [path, gb] of Object.entries(quotasGb)) {
    const bytes = Math.round(gb * bytesPerGb);
    if (set[path] !== bytes) await anchor.gluster("volume", "quota", name, "limit-usage", path, String(bytes));
  }
  for (const path of Object.keys(set)) {
    if (!(path in quotasGb)) await anchor.gluster("volume", "quota", name, "remove", path);
  }
}
