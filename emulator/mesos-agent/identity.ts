import { hostname, networkInterfaces } from "node:os";
import type { AgentFlags } from "./flags";

/** How others reach this agent. */
export interface Identity {
  /** Address to bind; undefined: all. */
  bind: string | undefined;
  ip: string;
  port: number;
  hostname: string;
}

/** Upstream's rules: the advertised address, else the bound one, else the first that is not the loopback. */
export function identify(flags: AgentFlags, boundPort: number): Identity {
  const ip = flags.advertise_ip ?? flags.ip ?? firstAddress();
  const ownName = flags.hostname_lookup ? hostname() : ip;
  return { bind: flags.ip, ip, port: flags.advertise_port ?? boundPort, hostname: flags.hostname ?? ownName };
}

/** libprocess's name of the agent, `slave(1)@10.0.0.5:5051`. */
export function pidOf({ ip, port }: Identity): string {
  return `slave(1)@${ip}:${port}`;
}

function firstAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
