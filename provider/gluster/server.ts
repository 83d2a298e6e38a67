import { setTimeout as delay } from "node:timers/promises";
import { SshConnection, type SshTarget } from "../ssh/connection";
import { shellCommand } from "../ssh/shell";
import { type Peer, parsePool, parseVolumeInfo, type VolumeInfo } from "./texts";

/** The gluster CLI gives up by itself after 120 s; a little more, so that its own words are seen. */
const commandLimitMs = 130_000;

/** How long a server may be busy with somebody else's command before ours is given up. */
const busyLimitMs = 60_000;

const pollMs = 500;

/** What glusterd says while it works on another command: asking again is right. */
const busy = /another transaction is in progress|locking failed|please try again/i;

/** One GlusterFS server: glusterd on a machine, spoken to over SSH. */
export class GlusterServer {
  private constructor(private readonly connection: SshConnection) {}

  /** @throws Error that names the machine when it cannot be reached */
  static async connect(target: SshTarget): Promise<GlusterServer> {
    return new GlusterServer(await SshConnection.connect(target));
  }

  get hostname(): string {
    return this.connection.target.hostname;
  }

  get address(): string {
    return this.connection.target.address;
  }

  close(): void {
    this.connection.close();
  }

  /** Runs a script of the machine's shell as root. @throws Error with the script's own words */
  async root(script: string): Promise<string> {
    try {
      return await this.connection.exec(shellCommand(["sudo", "sh", "-euc", script]), commandLimitMs);
    } catch (error) {
      // The script itself would hide its words.
      const words = /ended with code \d+: (.+)$/s.exec((error as Error).message)?.[1];
      throw words ? new Error(`${this.hostname}: ${words}`) : error;
    }
  }

  /** Runs a gluster command; one that finds glusterd busy is asked again. @throws Error with gluster's own words */
  async gluster(...words: string[]): Promise<string> {
    const command = `${shellCommand(["gluster", "--mode=script", ...words])} 2>&1 || { echo "failed with code $?"; }`;
    const until = Date.now() + busyLimitMs;
    for (;;) {
      const output = await this.root(command);
      const failed = /failed with code \d+\s*$/.test(output);
      if (!failed) return output;
      if (!busy.test(output) || Date.now() > until) {
        throw new Error(`\`gluster ${words.join(" ")}\` on ${this.hostname}: ${output.trim()}`);
      }
      await delay(pollMs);
    }
  }

  /** The pool as this server sees it, itself included under its own address. Waits until glusterd answers. */
  async pool(until: number): Promise<Peer[]> {
    for (;;) {
      try {
        const peers = parsePool(await this.gluster("pool", "list"));
        return peers.map((peer) => (peer.address === "localhost" ? { ...peer, address: this.address } : peer));
      } catch (error) {
        if (Date.now() > until) throw error;
        await delay(pollMs);
      }
    }
  }

  /** The volume as this server knows it; undefined when it has none of that name. */
  async volume(name: string): Promise<VolumeInfo | undefined> {
    try {
      return parseVolumeInfo(await this.gluster("volume", "info", name));
    } catch (error) {
      if (/does not exist/.test((error as Error).message)) return undefined;
      throw error;
    }
  }

  /** Runs a script with the volume mounted here for that long; `$mount` is where. */
  onVolume(name: string, script: string): Promise<string> {
    return this.root(`mount=$(mktemp -d /run/drover-${name}.XXXXXX)
trap 'umount "$mount" 2>/dev/null; rmdir "$mount"' EXIT
mount -t glusterfs localhost:/${name} "$mount"
grep -q " $mount fuse.glusterfs " /proc/mounts || { echo "${name} could not be mounted on this machine" >&2; exit 1; }
${script}`);
  }
}
