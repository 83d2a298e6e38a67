import type { Environment, PlannedCore } from "../../stacks/environment";
import type { ServiceName } from "../../stacks/schema";
import { bind } from "./bind";
import { chronos } from "./chronos";
import { configServer } from "./config-server";
import type { ServiceSpec } from "./core-service";
import { edge } from "./edge";
import { aliases, type FrontProxySecrets, frontProxyFiles, haproxy } from "./haproxy";
import { marathon } from "./marathon";
import { mesosDns } from "./mesos-dns";
import { mesosMaster } from "./mesos-master";
import { zooKeeper } from "./zookeeper";

export interface CoreServicesArgs {
  environment: Environment;
  /** Resolvers for names outside the cluster. */
  forwarders: readonly string[];
  /** True when slaves have names that are known before they are made. */
  plansSlaves: boolean;
  frontProxy: FrontProxySecrets;
}

/** One service of the core, and what must be made before it. */
export interface PlannedService {
  name: ServiceName;
  spec: (machine: PlannedCore) => ServiceSpec;
  after?: ServiceName;
}

/** Every service that runs on all core machines, in the order in which they are made. */
export function coreServices({ environment, forwarders, plansSlaves, frontProxy }: CoreServicesArgs): PlannedService[] {
  const { core, domain, limits, frontDoor } = environment;
  const publicPort = frontDoor.httpsPort === 443 ? "" : `:${frontDoor.httpsPort}`;
  const url = (name: string) => `https://${name}.${domain}${publicPort}`;
  const aliasNames = aliases(environment).map(({ name }) => name);
  const proxyFiles = frontProxyFiles(environment, frontProxy);
  return [
    { name: "zookeeper", spec: (machine) => zooKeeper(machine, core, limits.zookeeper?.memoryMb) },
    {
      name: "mesos-master",
      spec: (machine) => mesosMaster(machine, core, environment.name, environment.slaveTimeoutSeconds),
    },
    { name: "marathon", spec: (machine) => marathon(machine, core, url("marathon"), limits.marathon?.memoryMb) },
    ...(environment.chronos.placement === "core"
      ? [
          {
            name: "chronos" as const,
            spec: (machine: PlannedCore) => chronos(machine, core, url("chronos"), limits.chronos?.memoryMb),
          },
        ]
      : []),
    { name: "mesos-dns", spec: (machine) => mesosDns(machine, core, forwarders) },
    {
      name: "config-server",
      spec: (machine) => configServer(machine, environment, { forwarders, plansSlaves, aliases: aliasNames }),
    },
    { name: "bind", spec: (machine) => bind(machine, core) },
    { name: "edge", spec: (machine) => edge(machine, environment, proxyFiles) },
    // The edge writes the first, empty set of routes, without which HAProxy does not start.
    { name: "haproxy", spec: (machine) => haproxy(machine, proxyFiles), after: "edge" },
  ];
}
