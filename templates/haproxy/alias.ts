import { host, name, port, quoted, quotedFormat, urlPath } from "./syntax";

export interface Server {
  name: string;
  address: string;
  port: number;
}

/** What a server must answer to be used: a status, or a text within the first 16 KB of the body. */
export interface Check {
  path: string;
  expect: { status: number } | { text: string };
}

/** A cluster service with a host name of its own below the domain, behind the cluster's password. */
export interface Alias {
  /** First label of the host name: `mesos` for `mesos.<domain>`. */
  name: string;
  servers: readonly Server[];
  check: Check;
  /** Authorization header for the service itself (checks included), in place of the cluster's. A secret. */
  authorization?: string;
}

/**
 * Only the elected master answers /weights with 200, at the cost of a few bytes; others redirect or know no leader.
 * `/master/health` would not do: every master answers it alike.
 */
export const ELECTED_MASTER: Check = { path: "/weights", expect: { status: 200 } };

/** The classical form of {@link ELECTED_MASTER}, which makes the master print its whole state for every check. */
export const ELECTED_MASTER_BY_STATE: Check = { path: "/master/state.json", expect: { text: "elected_time" } };

/** Marathon and Chronos: any instance will do, standbys pass requests on to the leader. */
export const PING: Check = { path: "/ping", expect: { status: 200 } };

export function aliasHost(alias: Alias, domain: string): string {
  return host(`${alias.name}.${domain}`, "alias");
}

export function aliasBackendName(alias: Alias): string {
  return `alias_${name(alias.name, "alias name")}`;
}

/** A new leader is found within one interval of 2 s after its election. */
export function aliasBackend(alias: Alias, domain: string): string {
  const { check, authorization } = alias;
  const credential =
    authorization === undefined ? "" : ` ${quotedFormat(authorization, `authorization of ${alias.name}`)}`;
  const lines = [
    `backend ${aliasBackendName(alias)}`,
    "option httpchk",
    `http-check send meth GET uri ${urlPath(check.path, "check path")} ver HTTP/1.1 hdr Host ${aliasHost(alias, domain)}${
      credential && ` hdr Authorization${credential}`
    }`,
    `http-check expect ${
      "status" in check.expect ? `status ${check.expect.status}` : `string ${quoted(check.expect.text, "check text")}`
    }`,
    credential ? `http-request set-header Authorization${credential}` : "http-request del-header Authorization",
    "default-server check inter 2s fall 1 rise 1",
    ...alias.servers.map(
      (server) =>
        `server ${name(server.name, "server name")} ${host(server.address, "server address")}:${port(server.port, "server port")}`,
    ),
  ];
  return `\n${lines.join("\n  ")}\n`;
}
