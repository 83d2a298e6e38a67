import { createHash } from "node:crypto";
import { address, domainName, label, wholeNumber } from "./syntax";

export interface ZoneMachine {
  /** One label: the machine is `<name>.<domain>`. */
  name: string;
  address: string;
}

export interface ZoneOptions {
  domain: string;
  /** All machines with a name of their own. */
  machines: readonly ZoneMachine[];
  /** Names of the machines that run BIND and the front proxy: name servers, and what aliases and apps point at. */
  core: readonly string[];
  /** Services with a name of their own: `mesos`, `marathon`, `chronos`, `console`. */
  aliases: readonly string[];
  ttlSeconds: number;
  /** Default: made of the content, so that it changes exactly when the content does. No server transfers the zone. */
  serial?: number;
}

export function zoneFileName(domain: string): string {
  return `db.${domainName(domain, "domain")}`;
}

/**
 * The zone file of the cluster's domain. Every other name below it leads to the core machines, too, where the front
 * proxy finds the app by its host name.
 * @throws Error that names the value which fails its grammar, or the name that stands for two things
 */
export function renderZone(options: ZoneOptions): string {
  const domain = domainName(options.domain, "domain");
  const addresses = new Map<string, string>();
  for (const machine of options.machines) {
    if (addresses.has(machine.name)) throw new Error(`named: two machines are named '${machine.name}'`);
    addresses.set(label(machine.name, "machine name"), address(machine.address, `address of ${machine.name}`));
  }
  const clash = options.aliases.find((alias) => addresses.has(alias));
  if (clash !== undefined) throw new Error(`named: '${clash}' is both a machine and an alias`);
  const core = options.core.map((name) => {
    const at = addresses.get(name);
    if (at === undefined) throw new Error(`named: core machine '${name}' is not among the machines`);
    return { name, at };
  });
  const [primary] = core;
  if (primary === undefined) throw new Error("named: core is empty: the zone would have no name server");

  const pointed = [...options.aliases.map((alias) => label(alias, "alias")), "*"];
  const records = [
    ...core.map(({ name }) => `@ NS ${name}`),
    ...[...addresses].map(([name, at]) => `${name} A ${at}`),
    ...pointed.flatMap((name) => core.map(({ at }) => `${name} A ${at}`)),
  ].join("\n");
  const ttl = wholeNumber(options.ttlSeconds, "ttlSeconds", 1, 86_400);
  const serial = wholeNumber(options.serial ?? serialOf(`${domain} ${ttl}\n${records}`), "serial", 1, 2 ** 32 - 1);

  return `$ORIGIN ${domain}.
$TTL ${ttl}
@ SOA ${primary.name} hostmaster ${serial} 3600 600 86400 ${ttl}
${records}
`;
}

function serialOf(content: string): number {
  return (createHash("sha256").update(content).digest().readUInt32BE(0) >>> 1) + 1;
}
