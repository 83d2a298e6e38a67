import { readFileSync } from "node:fs";

export interface ZookeeperCredentials {
  user: string;
  password: string;
}

export interface ZookeeperUrl {
  /** `host:port` of every server, at least one. */
  servers: string[];
  /** Absolute path, `/` when the URL has none. */
  path: string;
  /** Digest credentials. */
  credentials?: ZookeeperCredentials;
}

/**
 * Parses `zk://[user:password@]host:port[,host:port…]/path`, the form all Mesos programs share. A `file:///path`
 * is read first, so that a password need not be on a command line.
 * @throws Error that names the fault but never the password
 */
export function parseZookeeperUrl(text: string): ZookeeperUrl {
  if (text.startsWith("file://")) {
    return parseZookeeperUrl(readFileSync(text.slice("file://".length), "utf8").trim());
  }
  const match = /^zk:\/\/(?:([^/]*)@)?([^/@]+)(\/.*)?$/.exec(text);
  if (match?.[2] === undefined) {
    throw new Error("not a ZooKeeper URL: write zk://host:port,host:port/path");
  }
  const servers = match[2].split(",").map(parseServer);
  const path = normalisePath(match[3] ?? "/");
  return match[1] === undefined ? { servers, path } : { servers, path, credentials: parseCredentials(match[1]) };
}

function parseServer(text: string): string {
  const match = /^([A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? 2181);
  if (match?.[1] === undefined || port < 1 || port > 65535) {
    throw new Error(`'${text}' in the ZooKeeper URL is not a server: write host:port`);
  }
  return `${match[1]}:${port}`;
}

function parseCredentials(text: string): ZookeeperCredentials {
  const colon = text.indexOf(":");
  if (colon < 1) {
    throw new Error("the part before @ in the ZooKeeper URL must be user:password");
  }
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function normalisePath(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === "." || segment === "..")) {
    throw new Error(`the path '${path}' of the ZooKeeper URL must not contain . or ..`);
  }
  return `/${segments.join("/")}`;
}
