import { type Resource, record, records, text, texts } from "../resource";
import { kindOf } from "./kind";

/** Ports that one firewall rule, or one published port, lets somebody reach. */
export interface Opening {
  /** What a user calls the rule. */
  name: string;
  from: number;
  to: number;
  /** Networks in CIDR form. */
  sources: readonly string[];
}

const allPorts = { from: 0, to: 65_535 };

/** Names by which clouds mean every address. */
const everywhere = ["*", "Internet", "Any", "0.0.0.0", "::"];

/** Networks shorter than this are no company's: they are the world in pieces. */
const shortestPrefix = { 4: 8, 6: 16 };

/** True when a source is the world, or a large part of it. */
export function isWorld(source: string): boolean {
  if (everywhere.includes(source)) return true;
  const [address = "", prefix] = source.split("/");
  return prefix !== undefined && Number(prefix) < shortestPrefix[address.includes(":") ? 6 : 4];
}

/** "443", "8000-8100", "*" */
function portRange(range: string): { from: number; to: number } {
  const [from = "", to = from] = range.split("-");
  return /^\d+$/.test(from) && /^\d+$/.test(to) ? { from: Number(from), to: Number(to) } : allPorts;
}

/** Azure writes one of something in one key and several in another. */
function either(one: unknown, several: unknown): string[] {
  return [...(text(one) !== undefined ? [text(one) ?? ""] : []), ...texts(several)];
}

function azureRule(rule: Readonly<Record<string, unknown>>, name: string): Opening[] {
  if (rule.direction !== "Inbound" || rule.access !== "Allow") return [];
  const sources = either(rule.sourceAddressPrefix, rule.sourceAddressPrefixes);
  return either(rule.destinationPortRange, rule.destinationPortRanges).map((range) => ({
    name: text(rule.name) ?? name,
    ...portRange(range),
    sources,
  }));
}

function openStackRule({ name, inputs }: Resource): Opening[] {
  if (inputs.direction !== "ingress" || inputs.remoteGroupId !== undefined) return [];
  const { portRangeMin, portRangeMax } = inputs;
  const source = inputs.remoteIpPrefix ?? (inputs.ethertype === "IPv6" ? "::/0" : "0.0.0.0/0");
  const ports =
    typeof portRangeMin === "number" && portRangeMin > 0
      ? { from: portRangeMin, to: typeof portRangeMax === "number" ? portRangeMax : portRangeMin }
      : allPorts;
  return [{ name, ...ports, sources: texts([source]) }];
}

/** A container's published port is open to whoever reaches the address it is bound to. */
function publishedPort(port: Readonly<Record<string, unknown>>, name: string): Opening[] {
  const ip = text(port.ip) ?? "0.0.0.0";
  if (ip.startsWith("127.") || ip === "::1" || typeof port.external !== "number") return [];
  return [{ name, from: port.external, to: port.external, sources: ["0.0.0.0/0"] }];
}

/** What a resource opens. */
export function openingsOf(resource: Resource): Opening[] {
  const { inputs, name } = resource;
  switch (kindOf(resource.type)) {
    case "azure NetworkSecurityGroup":
      return records(inputs.securityRules).flatMap((rule) => azureRule(rule, name));
    case "azure SecurityRule":
      return azureRule(record(inputs), name);
    case "openstack SecGroupRule":
      return openStackRule(resource);
    case "docker Container":
      return records(inputs.ports).flatMap((port) => publishedPort(port, name));
    default:
      return [];
  }
}
