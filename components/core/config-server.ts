import { slaveAddress, slaveCapacity, slaveName } from "../../stacks/addresses";
import type { Environment, PlannedCore } from "../../stacks/environment";
import { proxyVariables } from "../../templates/cloud-init/mirrors";
import { renderNamedConf } from "../../templates/named/named-conf";
import { renderZone, zoneFileName } from "../../templates/named/zone";
import { mirrorsOf } from "../mirrors";
import { configServerPort, mesosDnsPort } from "./addresses";
import type { ServiceFile, ServiceSpec } from "./core-service";
import { httpHealth } from "./health";

/** Slaves that have a name in the zone from the start, so that adding one changes no core machine. */
const namedSlaves = 999;

const dnsPort = 53;

/** What the zones are made from besides the environment. */
export interface ZoneSources {
  /** Resolvers for names outside the cluster. */
  forwarders: readonly string[];
  /** True when slaves have names that are known before they are made. */
  plansSlaves: boolean;
  aliases: readonly string[];
}

/** What BIND reads: the same on every core machine. */
function namedFiles({ domain, subnet, core }: Environment, sources: ZoneSources): ServiceFile[] {
  const { forwarders, aliases } = sources;
  const named = sources.plansSlaves ? Math.min(slaveCapacity(subnet), namedSlaves) : 0;
  const slaves = Array.from({ length: named }, (_, number) => ({
    name: slaveName(number),
    address: slaveAddress(subnet, number),
  }));
  const conf = renderNamedConf({
    domain,
    networks: [subnet.cidr],
    forwarders: forwarders.map((address) => ({ address, port: dnsPort })),
    mesosDns: core.map(({ address }) => ({ address, port: mesosDnsPort })),
    // A cloud's own resolver usually strips signatures; it is inside the same trust as the machines.
    dnssecValidation: false,
    cacheMb: 32,
  });
  const zone = renderZone({
    domain,
    machines: [...core.map(({ hostname, address }) => ({ name: hostname, address })), ...slaves],
    core: core.map(({ hostname }) => hostname),
    aliases,
    ttlSeconds: 60,
  });
  return [
    { path: "/config/named/named.conf", content: conf },
    { path: `/config/named/${zoneFileName(domain)}`, content: zone },
  ];
}

/** nginx that serves the configuration of the core's own services, from here and from a git repository. */
export function configServer(machine: PlannedCore, environment: Environment, sources: ZoneSources): ServiceSpec {
  const repository = environment.configRepository;
  return {
    name: "config-server",
    memoryMb: 128,
    cpus: 0.5,
    env: {
      CONFIG_LISTEN: `${machine.address}:${configServerPort}`,
      ...(repository && {
        CONFIG_GIT_URL: repository.url,
        CONFIG_GIT_REF: repository.branch,
        CONFIG_GIT_INTERVAL_SECONDS: String(repository.intervalSeconds),
        ...proxyVariables(mirrorsOf(environment)),
      }),
    },
    files: namedFiles(environment, sources),
    health: httpHealth(machine.address, configServerPort, "/_health"),
  };
}
