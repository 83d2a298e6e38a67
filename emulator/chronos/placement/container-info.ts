import type { ContainerInfo, Volume as MesosVolume, NetworkInfo } from "@drover/lib/mesos/types";
import type { Container, NetworkInfo as JobNetwork, KeyValue, Volume } from "../model/job";

/** The Mesos container of a job that has an image. */
export function containerInfo(container: Container): ContainerInfo {
  const { type, image, network, networkName, networkInfos, forcePullImage, parameters } = container;
  const networks = [...(networkName === undefined ? [] : [{ name: networkName }]), ...networkInfos.map(networkInfo)];
  const mappings = networkInfos.flatMap(({ portMappings }) => portMappings.map(portMapping));
  return {
    type,
    volumes: container.volumes.map(mesosVolume),
    ...(networks.length > 0 ? { network_infos: networks } : {}),
    ...(type === "MESOS"
      ? { mesos: { image: { type: "DOCKER", docker: { name: image }, cached: !forcePullImage } } }
      : {
          docker: {
            image,
            network,
            force_pull_image: forcePullImage,
            parameters,
            ...(mappings.length > 0 ? { port_mappings: mappings } : {}),
          },
        }),
  };
}

function networkInfo({ name, labels, portMappings }: JobNetwork): NetworkInfo {
  return {
    name,
    ...(labels.length > 0 ? { labels: { labels } } : {}),
    ...(portMappings.length > 0 ? { port_mappings: portMappings.map(portMapping) } : {}),
  };
}

function portMapping({ hostPort, containerPort, protocol }: JobNetwork["portMappings"][number]) {
  return {
    host_port: hostPort,
    container_port: containerPort,
    ...(protocol ? { protocol: protocol.toLowerCase() } : {}),
  };
}

function mesosVolume({ containerPath, hostPath, mode = "RW", external }: Volume): MesosVolume {
  const path = { container_path: containerPath, ...(hostPath === undefined ? {} : { host_path: hostPath }), mode };
  if (external === undefined) return path;
  const { name, provider, options } = external;
  const driverOptions = options.length > 0 ? { driver_options: { parameter: options satisfies KeyValue[] } } : {};
  return { ...path, source: { type: "DOCKER_VOLUME", docker_volume: { driver: provider, name, ...driverOptions } } };
}
