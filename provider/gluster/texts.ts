/** A server as another one's pool list shows it. */
export interface Peer {
  uuid: string;
  /** Address, or "localhost" for the server that was asked. */
  address: string;
  connected: boolean;
}

/** A volume as `gluster volume info` shows it. */
export interface VolumeInfo {
  id: string;
  started: boolean;
  /** `address:/path`, in order. */
  bricks: string[];
  /** Options that were ever set, with their values. */
  options: Record<string, string>;
}

/** One brick's part of `gluster volume heal … info summary`. */
export interface BrickHeal {
  brick: string;
  connected: boolean;
  /** Entries that are not healed yet; 0 while it is not connected. */
  pending: number;
  splitBrain: number;
}

/** Reads `gluster pool list`. */
export function parsePool(text: string): Peer[] {
  return [...text.matchAll(/^([0-9a-f-]{36})\s+(\S+)\s+(Connected|Disconnected)\s*$/gm)].map(
    ([, uuid = "", address = "", state]) => ({ uuid, address, connected: state === "Connected" }),
  );
}

/** Reads `gluster volume info <name>`. */
export function parseVolumeInfo(text: string): VolumeInfo {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
  const options = text.slice(text.indexOf("Options Reconfigured:")).matchAll(/^([a-z0-9._-]+): (.*)$/gm);
  return {
    id: field("Volume ID"),
    started: field("Status") === "Started",
    bricks: [...text.matchAll(/^Brick\d+: (\S+)/gm)].map(([, brick = ""]) => brick),
    options: Object.fromEntries([...options].map(([, name = "", value = ""]) => [name, value.trim()])),
  };
}

/** Reads `gluster volume heal <name> info summary`. */
export function parseHeal(text: string): BrickHeal[] {
  return text
    .split(/^Brick /m)
    .slice(1)
    .map((part) => {
      const count = (label: string) => Number(new RegExp(`^${label}: (\\d+)`, "m").exec(part)?.[1] ?? 0);
      return {
        brick: part.split("\n")[0]?.trim() ?? "",
        connected: /^Status: Connected/m.test(part),
        pending: count("Total Number of entries"),
        splitBrain: count("Number of entries in split-brain"),
      };
    });
}

/** Reads `gluster volume quota <name> list --xml`: the limit of each folder in bytes. */
export function parseQuotas(xml: string): Record<string, number> {
  const limits = xml.matchAll(/<path>([^<]*)<\/path>\s*<hard_limit>(\d+)<\/hard_limit>/g);
  return Object.fromEntries([...limits].map(([, path = "", bytes]) => [path, Number(bytes)]));
}
