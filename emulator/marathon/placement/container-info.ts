import type { AppDefinition, Container, ExternalVolume, HostVolume, Network, Volume } from "@drover/lib/marathon/types";
import type { ContainerInfo, Volume as MesosVolume, NetworkInfo, PortMapping } from "@drover/lib/mesos/types";
import { appPorts } from "../model/ports";

export interface ContainerFacts {
  app: AppDefinition;
  taskId: string;
  hostPorts: readonly (number | null)[];
  /** Network of container/bridge apps in the Mesos containerizer, `--mesos_bridge_name`. */
  mesosBridgeName: string;
}

/** The Mesos container of a task; undefined for a plain command in the agent's network. */
export function containerInfo(facts: ContainerFacts): ContainerInfo | undefined {
  const { container } = facts.app;
  if (container === undefined) return undefined;
  return container.type === "DOCKER" ? dockerContainer(facts, container) : mesosContainer(facts, container);
}

function dockerContainer(facts: ContainerFacts, { docker, volumes }: Container): ContainerInfo {
  const { app, taskId } = facts;
  const network = dockerNetwork(app.networks);
  const overlays = app.networks.filter(({ mode }) => mode === "container").map(networkInfo);
  const portMappings = mappedPorts(facts);
  return {
    type: "DOCKER",
    volumes: mesosVolumes(volumes),
    docker: {
      image: docker?.image ?? "",
      network,
      privileged: docker?.privileged ?? false,
      force_pull_image: docker?.forcePullImage ?? false,
      parameters: [...(docker?.parameters ?? []), { key: "label", value: `MESOS_TASK_ID=${taskId}` }],
      ...(portMappings.length > 0 ? { port_mappings: portMappings } : {}),
    },
    ...(overlays.length > 0 ? { network_infos: overlays } : {}),
  };
}

function mesosContainer(facts: ContainerFacts, { docker, volumes }: Container): ContainerInfo {
  const portMappings = mappedPorts(facts);
  const networks = facts.app.networks
    .filter(({ mode }) => mode !== "host")
    .map((network) => ({
      ...networkInfo(network.mode === "container" ? network : { ...network, name: facts.mesosBridgeName }),
      ...(portMappings.length > 0 ? { port_mappings: portMappings } : {}),
    }));
  return {
    type: "MESOS",
    volumes: mesosVolumes(volumes),
    ...(networks.length > 0 ? { network_infos: networks } : {}),
    ...(facts.app.tty ? { tty_info: {} } : {}),
    mesos: docker ? { image: { type: "DOCKER", docker: { name: docker.image }, cached: !docker.forcePullImage } } : {},
  };
}

function dockerNetwork(networks: readonly Network[]): "HOST" | "BRIDGE" | "USER" | "NONE" {
  switch (networks[0]?.mode) {
    case "container":
      return "USER";
    case "container/bridge":
      return "BRIDGE";
    case "none":
      return "NONE";
    default:
      return "HOST";
  }
}

function networkInfo({ name, labels }: Network): NetworkInfo {
  const list = Object.entries(labels ?? {}).map(([key, value]) => ({ key, value }));
  return { ...(name === undefined ? {} : { name }), ...(list.length > 0 ? { labels: { labels: list } } : {}) };
}

/** Ports that lead from the agent into the container, one entry a protocol. */
function mappedPorts({ app, hostPorts }: ContainerFacts): PortMapping[] {
  return appPorts(app).flatMap(({ containerPort, protocol }, index) => {
    const hostPort = hostPorts[index];
    if (containerPort === undefined || hostPort === null || hostPort === undefined) return [];
    return protocol
      .split(",")
      .map((each) => ({ host_port: hostPort, container_port: containerPort || hostPort, protocol: each }));
  });
}

/** Volumes of the task; persistent ones come with its resources. */
function mesosVolumes(volumes: readonly Volume[]): MesosVolume[] {
  return volumes.flatMap((volume) => ("persistent" in volume ? [] : mesosVolume(volume)));
}

function mesosVolume(volume: HostVolume | ExternalVolume): MesosVolume {
  const { containerPath, mode } = volume;
  if ("hostPath" in volume) return { container_path: containerPath, host_path: volume.hostPath, mode };
  const { name, options, size } = volume.external;
  const { "dvdi/driver": driver, ...others } = options;
  const given = Object.entries(others).map(([key, value]) => ({ key: key.slice("dvdi/".length), value }));
  const parameter = [...(size === undefined ? [] : [{ key: "size", value: String(size) }]), ...given];
  const driverOptions = parameter.length > 0 ? { driver_options: { parameter } } : {};
  return {
    container_path: containerPath,
    mode,
    source: { type: "DOCKER_VOLUME", docker_volume: { ...(driver ? { driver } : {}), name, ...driverOptions } },
  };
}
