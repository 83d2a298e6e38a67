import type { Environment, PlannedCore } from "../../stacks/environment";
import type { ServiceName } from "../../stacks/schema";
import type { ServiceSpec } from "./core-service";
import { edge } from "./edge";
import { type FrontProxySecrets, haproxy } from "./haproxy";
import { marathon } from "./marathon";
import { mesosDns } from "./mesos-dns";
import { mesosMaster } from "./mesos-master";
import { zooKeeper } from "./zookeeper";

export interface CoreServicesArgs {
  environment: Environment;
  /** Resolvers for names outside the cluster. */
  forwarders: readonly string[];
  frontProxy: FrontProxySecrets;
}

/** Every service that runs on all core machines. */
export function coreServices(
  args: CoreServicesArgs,
): Partial<Record<ServiceName, (machine: PlannedCore) => ServiceSpec>> {
  const { environment, forwarders, frontProxy } = args;
  const { core, domain, limits, frontDoor } = environment;
  const publicPort = frontDoor.httpsPort === 443 ? "" : `:${frontDoor.httpsPort}`;
  const marathonUrl = `https://marathon.${domain}${publicPort}`;
  return {
    zookeeper: (machine) => zooKeeper(machine, core, limits.zookeeper?.memoryMb),
    "mesos-master": (machine) => mesosMaster(machine, core, environment.name),
    marathon: (machine) => marathon(machine, core, marathonUrl, limits.marathon?.memoryMb),
    "mesos-dns": (machine) => mesosDns(machine, core, forwarders),
    edge: (machine) => edge(machine, environment),
    haproxy: (machine) => haproxy(machine, environment, frontProxy),
  };
}
