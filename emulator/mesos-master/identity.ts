import { lookupService } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { MESOS_VERSION } from "@drover/emulator/http/version";
import type { MasterInfo } from "@drover/lib/mesos/types";
import type { MasterFlags } from "./flags";

/** What clients ask for before they drain agents or set quotas. */
const CAPABILITIES = [{ type: "AGENT_UPDATE" }, { type: "AGENT_DRAINING" }, { type: "QUOTA_V2" }];

/** IPv4 in network byte order read as a little-endian number, the form of MasterInfo.ip: 10.0.0.1 is 16777226. */
export function ipNumber(ip: string): number {
  return ip
    .split(".")
    .map(Number)
    .reduceRight((sum, octet) => sum * 256 + octet, 0);
}

/** How this master announces itself. @throws Error when no address can be advertised */
export async function makeMasterInfo(id: string, flags: MasterFlags): Promise<MasterInfo> {
  const bound = flags.ip === "0.0.0.0" ? undefined : flags.ip;
  const ip = flags.advertise_ip ?? bound ?? firstAddress();
  if (ip === undefined) {
    throw new Error("no IPv4 address to advertise was found: set MESOS_IP or MESOS_ADVERTISE_IP");
  }
  const port = flags.advertise_port ?? flags.port;
  const hostname = flags.hostname ?? (flags.hostname_lookup ? await nameOf(ip, port) : ip);
  return {
    id,
    ip: ipNumber(ip),
    port,
    pid: `master@${ip}:${port}`,
    hostname,
    version: MESOS_VERSION,
    address: { hostname, ip, port },
    capabilities: CAPABILITIES,
  };
}

function firstAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}

/** The resolver's name of an address; the address itself when it has none. */
async function nameOf(ip: string, port: number): Promise<string> {
  try {
    return (await lookupService(ip, port)).hostname;
  } catch {
    return ip;
  }
}
