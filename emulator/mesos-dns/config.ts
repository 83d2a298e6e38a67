import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { z } from "zod";
import type { IpSource } from "./task-addresses";

const port = z.number().int().min(1).max(65_535);
const seconds = z.number().int().min(1);
const hostPort = z.string().regex(/^[^\s:]+:\d{1,5}$/, "must be ip:port");
/** An upstream server: `ip` or `ip:port`. */
const resolver = z.string().transform((text, context) => {
  const [, address = "", number = "53"] = /^([^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (isIP(address) === 0) {
    context.addIssue({ code: "custom", message: `'${text}' must be an IPv4 address, with or without :port` });
    return z.NEVER;
  }
  return { address, port: Number(number) };
});
const absoluteName = z.string().transform((text) => `${text.replace("@", ".").replace(/\.+$/, "").toLowerCase()}.`);
const IP_SOURCES = ["netinfo", "mesos", "docker", "host"] as const satisfies readonly IpSource[];

/** Keys as upstream's documentation spells them; a file may spell them in any case. */
const SCHEMA = z.object({
  zk: z.string().startsWith("zk://", "must be zk://host:port,…/path").optional(),
  masters: z.array(hostPort).default([]),
  refreshSeconds: seconds.default(60),
  stateTimeoutSeconds: seconds.default(300),
  zkDetectionTimeout: z.number().int().min(0).default(30),
  domain: z
    .string()
    .regex(/^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$/, "must be a domain name")
    .transform((text) => text.toLowerCase())
    .default("mesos"),
  ttl: z.number().int().min(0).default(60),
  port: port.default(53),
  listener: z.string().default("0.0.0.0"),
  resolvers: z.array(resolver).optional(),
  zoneResolvers: z.record(z.string(), z.array(resolver).min(1)).default({}),
  recurseon: z.boolean().default(true),
  externalon: z.boolean().default(true),
  timeout: seconds.default(5),
  dnson: z.boolean().default(true),
  httpon: z.boolean().default(true),
  HTTPListener: z.string().default("0.0.0.0"),
  httpport: port.default(8123),
  IPSources: z.array(z.enum(IP_SOURCES)).min(1).default(["netinfo", "mesos", "host"]),
  enforceRFC952: z.boolean().default(false),
  SRVRecordDefaultWeight: z.number().int().min(0).max(65_535).default(1),
  SetTruncateBit: z.boolean().default(true),
  EnumerationOn: z.boolean().default(true),
  SOAMname: absoluteName.default("ns1.mesos."),
  SOARname: absoluteName.default("root.ns1.mesos."),
  SOARefresh: z.number().int().default(60),
  SOARetry: z.number().int().default(600),
  SOAExpire: z.number().int().default(86_400),
  SOAMinttl: z.number().int().default(60),
  mesosAuthentication: z.enum(["", "none", "basic"]).default("none"),
  mesosCredentials: z.object({ principal: z.string(), secret: z.string() }).optional(),
  MesosHTTPSOn: z.boolean().default(false),
  CACertFile: z.string().optional(),
  CertFile: z.string().optional(),
  KeyFile: z.string().optional(),
});

type Raw = z.output<typeof SCHEMA>;

export interface Config {
  zk?: string;
  masters: string[];
  refreshSeconds: number;
  stateTimeoutSeconds: number;
  /** 0: for ever. */
  zkDetectionTimeoutSeconds: number;
  domain: string;
  ttl: number;
  dns?: { host: string; port: number };
  http?: { host: string; port: number };
  /** Undefined: names outside of the domain are refused. */
  external?: { resolvers: Resolver[]; zoneResolvers: Record<string, Resolver[]>; timeoutSeconds: number };
  recursionAvailable: boolean;
  ipSources: IpSource[];
  enforceRfc952: boolean;
  srvWeight: number;
  setTruncateBit: boolean;
  enumeration: boolean;
  soaMname: string;
  soaRname: string;
  soaRefresh: number;
  soaRetry: number;
  soaExpire: number;
  soaMinimum: number;
  credentials?: { principal: string; secret: string };
  tls?: { ca?: string; cert?: string; key?: string };
  /** The file's values with defaults and without secrets, for `/v1/config`. */
  shown: Record<string, unknown>;
  /** Keys in the file that mean nothing. */
  unknownKeys: string[];
}

export interface Resolver {
  address: string;
  port: number;
}

/** Reads config.json. @throws Error that names the file and all wrong keys */
export function readConfig(path: string): Config {
  try {
    return parseConfig(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** @throws Error that names all wrong keys */
export function parseConfig(file: unknown): Config {
  const spelling = new Map(Object.keys(SCHEMA.shape).map((key) => [key.toLowerCase(), key]));
  const given = Object.entries(z.record(z.string(), z.unknown()).parse(file));
  const known = given.map(([key, value]) => [spelling.get(key.toLowerCase()), value] as const);
  const parsed = SCHEMA.safeParse(Object.fromEntries(known.filter(([key]) => key !== undefined)));
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  }
  const unknownKeys = given.map(([key]) => key).filter((key) => !spelling.has(key.toLowerCase()));
  return { ...arrange(parsed.data), unknownKeys };
}

function arrange(raw: Raw): Omit<Config, "unknownKeys"> {
  if (raw.zk === undefined && raw.masters.length === 0) throw new Error("one of zk and masters is needed");
  if (!raw.dnson && !raw.httpon) throw new Error("dnson and httpon are both false: there is nothing to do");
  const resolvers = raw.resolvers ?? [];
  if (raw.externalon && raw.dnson && resolvers.length === 0) {
    throw new Error("resolvers is needed: the servers for names outside of the domain, unless externalon is false");
  }
  for (const upstream of [...resolvers, ...Object.values(raw.zoneResolvers).flat()]) {
    if (upstream.port === raw.port && upstream.address === raw.listener) {
      throw new Error(
        `resolvers: ${upstream.address}:${upstream.port} is this server itself: questions would go round`,
      );
    }
  }
  if (raw.mesosAuthentication === "basic" && raw.mesosCredentials === undefined) {
    throw new Error("mesosCredentials with principal and secret are needed for mesosAuthentication basic");
  }
  const { mesosCredentials, ...shown } = raw;
  const read = (path: string | undefined) => path && readFileSync(path, "utf8");
  return {
    zk: raw.zk,
    masters: raw.masters,
    refreshSeconds: raw.refreshSeconds,
    stateTimeoutSeconds: raw.stateTimeoutSeconds,
    zkDetectionTimeoutSeconds: raw.zkDetectionTimeout,
    domain: raw.domain,
    ttl: raw.ttl,
    dns: raw.dnson ? { host: raw.listener, port: raw.port } : undefined,
    http: raw.httpon ? { host: raw.HTTPListener, port: raw.httpport } : undefined,
    external: raw.externalon ? { resolvers, zoneResolvers: raw.zoneResolvers, timeoutSeconds: raw.timeout } : undefined,
    recursionAvailable: raw.recurseon,
    ipSources: raw.IPSources,
    enforceRfc952: raw.enforceRFC952,
    srvWeight: raw.SRVRecordDefaultWeight,
    setTruncateBit: raw.SetTruncateBit,
    enumeration: raw.EnumerationOn,
    soaMname: raw.SOAMname,
    soaRname: raw.SOARname,
    soaRefresh: raw.SOARefresh,
    soaRetry: raw.SOARetry,
    soaExpire: raw.SOAExpire,
    soaMinimum: raw.SOAMinttl,
    credentials: raw.mesosAuthentication === "basic" ? mesosCredentials : undefined,
    tls: raw.MesosHTTPSOn ? { ca: read(raw.CACertFile), cert: read(raw.CertFile), key: read(raw.KeyFile) } : undefined,
    shown: { ...shown, zk: raw.zk?.replace(/\/\/[^@/]*@/, "//") },
  };
}
