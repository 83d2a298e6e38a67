import type { Network } from "@drover/lib/marathon/types";
import { ApiError } from "./api-error";
import type { RawApp, RawContainer } from "./app-schema";

/** An app as it was sent, in the new form only. */
export type NetworkedApp = Omit<RawApp, "ports" | "uris" | "ipAddress" | "container"> & {
  container?: Omit<RawContainer, "docker"> & {
    docker?: Omit<NonNullable<RawContainer["docker"]>, "network" | "portMappings">;
  };
};

const archive = /\.(tgz|tar\.gz|tbz2|tar\.bz2|txz|tar\.xz|zip)$/;

/**
 * Turns the networking of Marathon before 1.5 (`ports`, `ipAddress`, `container.docker.network` and
 * `.portMappings`, also `uris`) into that of 1.5.
 * @param defaultNetworkName network of apps that ask for a container network without a name
 * @throws ApiError 422 when both forms of one thing are given
 */
export function toNewForm(app: RawApp, defaultNetworkName?: string): NetworkedApp {
  refuseMixture(app);
  const { ports, uris, ipAddress, container, ...rest } = app;
  const networks = app.networks?.length ? app.networks : oldNetworks(app, defaultNetworkName);
  const portDefinitions = app.portDefinitions ?? ports?.map((port) => ({ port }));
  return {
    ...rest,
    ...(networks ? { networks: networks.map((each) => namedNetwork(each, defaultNetworkName)) } : {}),
    ...(portDefinitions ? { portDefinitions: withoutIdlePorts(portDefinitions, networks) } : {}),
    ...(uris ? { fetch: uris.map(fetchOf) } : {}),
    ...(container ? { container: newContainer(container) } : {}),
  };
}

function refuseMixture({ networks, ports, portDefinitions, uris, fetch, ipAddress, container }: RawApp): void {
  const docker = container?.docker;
  const refuse = (both: boolean, message: string) => {
    if (both) throw new ApiError(422, `cannot specify both ${message}`);
  };
  const hasNetworks = networks !== undefined && networks.length > 0;
  refuse(hasNetworks && docker?.network !== undefined, "a networks list and container.docker.network");
  refuse(hasNetworks && ipAddress !== undefined, "a networks list and ipAddress");
  refuse(
    docker?.portMappings !== undefined && container?.portMappings !== undefined,
    "container.portMappings and container.docker.portMappings",
  );
  refuse((ports ?? []).length > 0 && (portDefinitions ?? []).length > 0, "ports and portDefinitions");
  refuse((uris ?? []).length > 0 && (fetch ?? []).length > 0, "uris and fetch");
}

function oldNetworks({ container, ipAddress }: RawApp, defaultNetworkName?: string): Network[] | undefined {
  const overlay: Network = {
    mode: "container",
    name: ipAddress?.networkName ?? defaultNetworkName,
    ...(ipAddress?.labels ? { labels: ipAddress.labels } : {}),
  };
  switch (container?.docker?.network) {
    case "HOST":
      return [{ mode: "host" }];
    case "BRIDGE":
      return [{ mode: "container/bridge" }];
    case "NONE":
      return [{ mode: "none" }];
    case "USER":
      return [overlay];
    default:
      return ipAddress ? [overlay] : undefined;
  }
}

/** Gives a container network without a name the default one. @throws ApiError 422 when there is none */
export function namedNetwork(network: Network, defaultNetworkName?: string): Network {
  if (network.mode !== "container" || network.name !== undefined) return network;
  if (defaultNetworkName === undefined) {
    throw new ApiError(422, "a container network needs a name: set networks[].name or --default_network_name");
  }
  return { ...network, name: defaultNetworkName };
}

/** Old clients send `"ports":[0]` along with container networks; dynamic ports say nothing there. */
function withoutIdlePorts<T extends { port?: number }>(ports: T[], networks?: Network[]): T[] {
  const isHost = networks === undefined || networks.some((network) => network.mode === "host");
  return isHost || ports.some(({ port }) => port) ? ports : [];
}

function newContainer(container: RawContainer): NetworkedApp["container"] {
  const { docker, ...rest } = container;
  if (docker === undefined) return rest;
  const { network: _network, portMappings: oldMappings, ...newDocker } = docker;
  const portMappings = container.portMappings ?? oldMappings;
  return { ...rest, docker: newDocker, ...(portMappings ? { portMappings } : {}) };
}

function fetchOf(uri: string) {
  return { uri, extract: archive.test(uri), executable: false, cache: false };
}
