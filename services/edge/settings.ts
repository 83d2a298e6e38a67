import { readFileSync } from "node:fs";
import { integerFlag, parseFlags, parseInteger, pathFlag, requiredFlag, textFlag } from "@drover/lib/flags";
import type { Credentials } from "@drover/lib/marathon/connection";
import { parseHostName } from "./routes/host-name";
import type { Role } from "./routes/route-table";

export interface Settings {
  role: Role;
  marathonUrls: string[];
  marathonCredentials?: Credentials;
  domain: string;
  routesDir: string;
  haproxyConfig: string;
  masterSocket: string;
  /** Between full reads when no event asks for one. */
  pollSeconds: number;
  servicePorts: { first: number; last: number };
  /** Where the edge's own /health and /metrics listen. */
  listen: { host: string; port: number };
}

const FLAGS = {
  role: requiredFlag(parseRole),
  marathon_urls: requiredFlag(parseUrls),
  marathon_credentials_file: pathFlag(),
  domain: requiredFlag(parseHostName),
  routes_dir: textFlag("/var/lib/drover/routes"),
  haproxy_config: textFlag("/usr/local/etc/haproxy/haproxy.cfg"),
  master_socket: textFlag("/run/haproxy/master.sock"),
  poll_seconds: integerFlag(30, 1, 3600),
  service_ports: { parse: parseRange, initial: "10000-20000" },
  listen: { parse: parseListen, initial: "127.0.0.1:9091" },
};

/** Reads EDGE_* from the environment. @throws FlagError with all that is wrong */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const { values } = parseFlags(FLAGS, environment, { prefix: "EDGE_" });
  return {
    role: values.role,
    marathonUrls: values.marathon_urls,
    marathonCredentials: values.marathon_credentials_file
      ? readCredentials(values.marathon_credentials_file)
      : undefined,
    domain: values.domain,
    routesDir: values.routes_dir,
    haproxyConfig: values.haproxy_config,
    masterSocket: values.master_socket,
    pollSeconds: values.poll_seconds,
    servicePorts: values.service_ports,
    listen: values.listen,
  };
}

function parseRole(text: string): Role {
  if (text !== "front" && text !== "slave") throw new Error(`'${text}' is neither front nor slave`);
  return text;
}

function parseUrls(text: string): string[] {
  const urls = text.split(",").map((url) => url.trim());
  for (const url of urls) {
    if (!/^https?:\/\/[^/\s]+/.test(url) || !URL.canParse(url)) {
      throw new Error(`'${url}' is no URL: write http://host:port, several joined by commas`);
    }
  }
  return urls;
}

function parseRange(text: string): { first: number; last: number } {
  const [first = "", last = ""] = text.split("-");
  const range = { first: parseInteger(first, 1, 65_535), last: parseInteger(last, 1, 65_535) };
  if (range.first > range.last) throw new Error(`'${text}' ends before it begins`);
  return range;
}

function parseListen(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(":");
  if (colon < 1) throw new Error(`'${text}' is not address:port`);
  return { host: text.slice(0, colon), port: parseInteger(text.slice(colon + 1), 1, 65_535) };
}

/** `user:password` in one line. */
function readCredentials(path: string): Credentials {
  const text = readFileSync(path, "utf8").trim();
  const colon = text.indexOf(":");
  if (colon < 1) throw new Error(`EDGE_MARATHON_CREDENTIALS_FILE: ${path} does not hold user:password`);
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
