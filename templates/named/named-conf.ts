import { address, domainName, network, wholeNumber } from "./syntax";
import { zoneFileName } from "./zone";

/** Where images/bind keeps the configuration it runs with. */
const CURRENT = "/var/lib/bind/current";
/** Of mesos-dns. */
const MESOS_DOMAIN = "mesos";

export interface Upstream {
  address: string;
  port: number;
}

export interface NamedOptions {
  /** The domain this server speaks for. */
  domain: string;
  /** Networks of the cluster: BIND listens on the machine's addresses in them, and answers them only. */
  networks: readonly string[];
  /** Servers for names outside; none: BIND asks the root servers itself. */
  forwarders: readonly Upstream[];
  /** mesos-dns, one or several: they answer for `mesos.` */
  mesosDns: readonly Upstream[];
  /** Off where the forwarders strip signatures, as many clouds' own resolvers do: every name would fail. */
  dnssecValidation: boolean;
  cacheMb: number;
}

/**
 * named.conf, the same for every core machine: a machine takes from `networks` those of its addresses to listen on.
 * @throws Error that names the value which fails its grammar
 */
export function renderNamedConf(options: NamedOptions): string {
  const domain = domainName(options.domain, "domain");
  if (domain === MESOS_DOMAIN) throw new Error(`named: domain '${domain}' belongs to mesos-dns: choose another one`);
  const networks = options.networks.map((one) => network(one, "network"));
  if (networks.length === 0) throw new Error("named: networks is empty: nobody could ask");
  if (options.mesosDns.length === 0) throw new Error("named: mesosDns is empty: `mesos.` would have no server");
  const forwarders =
    options.forwarders.length > 0
      ? `\n  forward only;\n  forwarders { ${upstreams(options.forwarders, "forwarder")} };`
      : "";
  const validation = options.dnssecValidation ? `auto;\n  validate-except { "${MESOS_DOMAIN}"; }` : "no";

  return `acl cluster { 127.0.0.1; ${networks.map((one) => `${one}; `).join("")}};

options {
  directory "/var/cache/bind";
  listen-on { cluster; };
  listen-on-v6 { none; };
  allow-query { cluster; };
  allow-recursion { cluster; };
  allow-transfer { none; };
  recursion yes;${forwarders}
  dnssec-validation ${validation};
  max-cache-size ${wholeNumber(options.cacheMb, "cacheMb", 8, 65_536)}m;
  minimal-responses yes;
  version none;
  hostname none;
};

zone "${domain}" {
  type primary;
  file "${CURRENT}/${zoneFileName(domain)}";
};

zone "${MESOS_DOMAIN}" {
  type forward;
  forward only;
  forwarders { ${upstreams(options.mesosDns, "mesosDns")} };
};
`;
}

function upstreams(list: readonly Upstream[], what: string): string {
  return list
    .map((one) => `${address(one.address, what)} port ${wholeNumber(one.port, `${what} port`, 1, 65_535)};`)
    .join(" ");
}
