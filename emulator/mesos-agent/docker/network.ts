import type { ContainerInfo, PortMapping, Resource } from "@drover/lib/mesos/types";
import type { ContainerInspectInfo, PortMap } from "dockerode";
import { LaunchError } from "../launch-error";
import { portRanges } from "../resources/amounts";

/** Docker's name of the network that a task asks for; HOST is the default of the Mesos API. */
export function networkMode(container: ContainerInfo): string {
  const network = container.docker?.network ?? "HOST";
  if (network !== "USER") {
    return network.toLowerCase();
  }
  const [info, ...others] = container.network_infos ?? [];
  if (others.length > 0) {
    throw new LaunchError("Docker tasks can join one user network only: give one entry in network_infos");
  }
  if (!info?.name) {
    throw new LaunchError("network USER needs the name of a Docker network in network_infos[0].name");
  }
  return info.name;
}

/** True where Docker publishes ports: on bridges and user networks. */
export function hasOwnAddress(mode: string): boolean {
  return mode !== "host" && mode !== "none" && !mode.startsWith("container:");
}

/**
 * Turns port mappings into Docker's form.
 * @throws LaunchError when the network has no ports to publish or a host port is not among the task's `ports`
 */
export function portBindings(mode: string, mappings: readonly PortMapping[], resources: readonly Resource[]): PortMap {
  if (mappings.length > 0 && !hasOwnAddress(mode)) {
    throw new LaunchError(`Port mappings are only supported for bridge and user-defined networks, not for '${mode}'`);
  }
  const offered = portRanges(resources);
  const bindings: PortMap = {};
  for (const { host_port, container_port, protocol = "tcp" } of mappings) {
    if (!offered.some(({ begin, end }) => begin <= host_port && host_port <= end)) {
      throw new LaunchError(`Port [${host_port}] not included in resources`);
    }
    const key = `${container_port}/${protocol.toLowerCase()}`;
    bindings[key] = [...(bindings[key] ?? []), { HostIp: "", HostPort: String(host_port) }];
  }
  return bindings;
}

/** The container's own address, undefined on the host's network or without one. */
export function containerAddress(inspect: ContainerInspectInfo): string | undefined {
  const networks = Object.values(inspect.NetworkSettings.Networks ?? {});
  return networks.map(({ IPAddress }) => IPAddress).find((address) => address !== "");
}
