import { type Alias, aliasBackend, aliasBackendName, aliasHost } from "./alias";
import {
  appRouting,
  baseSections,
  type EdgePaths,
  HEALTH_PATH,
  HOST_VARIABLE,
  SERVING_PATH,
  UNKNOWN_HOST,
} from "./base";
import { filePath, host, port, quotedFormat, sha256Hex } from "./syntax";

export interface FrontProxyOptions extends EdgePaths {
  /** The cluster's domain; aliases and apps are names below it. */
  domain: string;
  httpPort: number;
  httpsPort: number;
  /** Port under which browsers reach httpsPort; the redirect from http names it. */
  publicHttpsPort: number;
  /** PEM file with the certificate, its chain and its key. */
  certificatePath: string;
  /**
   * SHA-256, in hexadecimal, of the Authorization header that opens the aliases: of `Basic <base64 of user:password>`.
   * An unsalted digest is enough because the password is generated with high entropy; it spares every request the
   * deliberately slow crypt(3) of HAProxy's user lists, and the password is not in the file.
   */
  authorizationSha256: string;
  aliases: readonly Alias[];
  /** Names of apps below the domain that are open with the password only. */
  protectedApps?: readonly string[];
  /** Names of the aliases that need a live server for the proxy to be healthy. */
  requiredAliases: readonly string[];
}

/**
 * haproxy.cfg of the proxy on each core machine: aliases behind the password, apps by their own host names.
 * An alias wins over an app of the same host name.
 * @throws Error that names the value which fails its grammar
 */
export function renderFrontProxy(options: FrontProxyOptions): string {
  const { domain, aliases, requiredAliases } = options;
  const apps = (options.protectedApps ?? []).map((name) => host(`${name}.${domain}`, "protected app"));
  const hosts = [...aliases.map((alias) => aliasHost(alias, domain)), ...apps];
  // The password is the cluster's: no app gets to see it.
  const unseen = apps.map((name) => `  http-request del-header Authorization if { var(txn.host) -m str ${name} }\n`);
  const required = requiredAliases.map((wanted) => {
    const alias = aliases.find((candidate) => candidate.name === wanted);
    if (alias === undefined) {
      throw new Error(`haproxy.cfg: requiredAliases names '${wanted}', which is not among the aliases`);
    }
    return aliasBackendName(alias);
  });
  const unhealthy = required.map((backend) => `  monitor fail if { nbsrv(${backend}) lt 1 }\n`);
  const health = `  monitor-uri ${HEALTH_PATH}\n${unhealthy.join("")}`;
  const routes = aliases.map(
    (alias) => `  use_backend ${aliasBackendName(alias)} if { var(txn.host) -m str ${aliasHost(alias, domain)} }\n`,
  );
  const publicPort = port(options.publicHttpsPort, "publicHttpsPort");

  return `${baseSections(options, true)}
frontend http
  bind :${port(options.httpPort, "httpPort")}
${health}${servingRules(required)}${HOST_VARIABLE}  http-request return status 400 content-type text/plain string "The Host header is missing.\\n" unless { var(txn.host) -m len gt 0 }
  http-request redirect code 308 location https://%[var(txn.host)]${publicPort === 443 ? "" : `:${publicPort}`}%[capture.req.uri]

frontend https
  bind :${port(options.httpsPort, "httpsPort")} ssl crt ${filePath(options.certificatePath, "certificatePath")} alpn h2,http/1.1
${health}${HOST_VARIABLE}  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Port ${publicPort}
  acl alias var(txn.host) -m str ${hosts.join(" ")}
  acl password req.fhdr(authorization),sha2(256),hex,lower -m str ${sha256Hex(options.authorizationSha256, "authorizationSha256")}
  http-request return status 401 content-type text/plain string "The cluster's user and password are needed.\\n" hdr WWW-Authenticate ${quotedFormat(`Basic realm="${host(domain, "domain")}", charset="UTF-8"`, "realm")} if alias !password
${unseen.join("")}${routes.join("")}${appRouting(options)}${aliases.map((alias) => aliasBackend(alias, domain)).join("")}${UNKNOWN_HOST}`;
}

/** Rules of {@link SERVING_PATH}: the process remembers that all required backends had a server once. */
function servingRules(required: readonly string[]): string {
  const all = required.map((backend) => ` { nbsrv(${backend}) ge 1 }`).join("");
  return `  acl serving path ${SERVING_PATH}
  http-request set-log-level silent if serving
  http-request set-var(proc.was_healthy) bool(true) if serving${all}
  http-request return status 200 content-type text/plain string "Serving.\\n" if serving { var(proc.was_healthy) -m bool }
  http-request return status 503 content-type text/plain string "Not ready yet.\\n" if serving
`;
}
