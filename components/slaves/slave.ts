import type { Environment, PlannedSlave } from "../../stacks/environment";
import type { ServiceName } from "../../stacks/schema";
import { renderEnvFile } from "../../templates/cloud-init/env-file";
import { proxyVariables } from "../../templates/cloud-init/mirrors";
import { renderContainerUnit } from "../../templates/cloud-init/unit";
import { renderUserData } from "../../templates/cloud-init/user-data";
import { renderSlaveProxy } from "../../templates/haproxy/slave-proxy";
import type { StorageTls } from "../../templates/storage/glusterd";
import { sharedVolumeClient, waitForSharedVolume } from "../../templates/storage/shared-volume";
import { type MachineParts, withParts } from "../clouds/cloud";
import { zooKeeperUrl } from "../core/addresses";
import { edgeEnv, proxyCommand, proxyConfigFile, proxyFolders, proxyPaths } from "../core/edge";
import { mirrorsOf } from "../mirrors";
import { driverAnswers, prepareMountFolder, volumesEnv, volumesOptions } from "./volume-driver";

/** What a slave is made from besides its environment. */
export interface SlaveArgs {
  environment: Environment;
  sshPublicKey: string;
  imageOf: (service: ServiceName) => string;
  /** What the slave shows to the shared volume's servers, when they ask for it. */
  storageTls?: StorageTls | undefined;
  /** What the cloud adds. */
  parts?: MachineParts;
}

/** The port that Mesos agents listen on. */
export const mesosAgentPort = 5051;

/** Where the agent keeps its checkpoint and the tasks' sandboxes: the same path inside and outside its container. */
const workFolder = "/disk/ssd/data/mesos-agent";

/** Apps on a slave reach each other by host name at this port of their own machine. */
const slaveProxyPort = 80;

const proxyConfig = "/etc/drover/haproxy.cfg";

/** "cpus:4;mem:2048;…": what the slave offers. The agent detects what is not given. */
export function mesosResources({ cpus, memoryMb, diskMb }: Environment["slave"]): string {
  const given = Object.entries({ cpus, mem: memoryMb, disk: diskMb }).filter(([, value]) => value !== undefined);
  return [...given.map(([name, value]) => `${name}:${value}`), "ports:[31000-32000]"].join(";");
}

/** "rack:r1;zone:a": what constraints can ask for. The machine's own name and zone are always there. */
export function mesosAttributes(slave: PlannedSlave): string {
  const all = { machine: slave.hostname, zone: slave.zone, ...slave.attributes };
  return Object.entries(all)
    .map(([name, value]) => `${name}:${value}`)
    .join(";");
}

function agentEnv(slave: PlannedSlave, environment: Environment): Record<string, string> {
  return {
    MESOS_MASTER: zooKeeperUrl(environment.core, "mesos"),
    MESOS_IP: slave.address,
    MESOS_PORT: String(mesosAgentPort),
    MESOS_HOSTNAME: slave.address,
    MESOS_HOSTNAME_LOOKUP: "false",
    MESOS_WORK_DIR: workFolder,
    MESOS_RUNTIME_DIR: "/run/drover-mesos",
    MESOS_CONTAINERIZERS: "docker,mesos",
    // Time to pull a large image.
    MESOS_EXECUTOR_REGISTRATION_TIMEOUT: "5mins",
    // An engine that starts waits 15 s for the volume driver for each ended container of the same volume.
    MESOS_DOCKER_REMOVE_DELAY: "1mins",
    MESOS_RESOURCES: mesosResources(environment.slave),
    MESOS_ATTRIBUTES: mesosAttributes(slave),
    MESOS_SYSTEMD_ENABLE_SUPPORT: "false",
    MESOS_LAUNCHER: "posix",
    MESOS_ISOLATION: "posix/cpu,posix/mem",
    MESOS_SWITCH_USER: "false",
    // For the fetcher, which gets what tasks name.
    ...proxyVariables(mirrorsOf(environment)),
  };
}

/** Options of `docker run` for the agent: it manages its neighbours and outlives none of them. */
const agentOptions = [
  "--network=host",
  "--pid=host",
  "--cgroupns=host",
  "--cap-add=SYS_ADMIN",
  "--cap-add=SYS_PTRACE",
  "--cap-add=NET_ADMIN",
  "--security-opt=seccomp=unconfined",
  "--security-opt=apparmor=unconfined",
  "--env-file=/etc/drover/mesos-agent.env",
  "--volume=/var/run/docker.sock:/var/run/docker.sock",
  `--volume=${workFolder}:${workFolder}`,
  "--volume=/run/drover-mesos:/run/drover-mesos",
];

/** Tasks of the Mesos containerizer have the shared volume too, also when it is mounted again. */
const sharedMounts = "--volume=/mnt:/mnt:rslave";

function folderOptions(folders: Readonly<Record<string, string>>): string[] {
  return Object.entries(folders).map(([host, container]) => `--volume=${host}:${container}`);
}

/** What the user data of all machines of an environment has. */
export function common(environment: Environment, sshPublicKey: string) {
  return {
    domain: environment.domain,
    resolvers: environment.core.map(({ address }) => address),
    sshPublicKey,
    mirrors: mirrorsOf(environment),
  };
}

/** Everything a slave is, as cloud-init user data: it joins by ZooKeeper, and nobody ever logs in to set it up. */
export function slaveUserData(slave: PlannedSlave, args: SlaveArgs): string {
  const { environment, sshPublicKey, imageOf } = args;
  const servers = environment.core.map(({ address }) => address);
  const volume = environment.sharedVolume.enabled ? sharedVolumeClient(servers, args.storageTls) : undefined;
  const parts = withParts(args.parts, volume);
  const limits = (service: ServiceName, memoryMb: number, cpus: number) => ({
    memoryMb: environment.limits[service]?.memoryMb ?? memoryMb,
    cpus: environment.limits[service]?.cpus ?? cpus,
  });
  const configMount = `--volume=${proxyConfig}:${proxyConfigFile}:ro`;
  return renderUserData({
    ...common(environment, sshPublicKey),
    ...parts,
    hostname: slave.hostname,
    files: [
      ...(parts.files ?? []),
      { path: "/etc/drover/mesos-agent.env", content: renderEnvFile(agentEnv(slave, environment)) },
      { path: "/etc/drover/edge.env", content: renderEnvFile(edgeEnv(slave.address, "slave", environment)) },
      {
        path: "/etc/drover/volumes.env",
        content: renderEnvFile({ ...volumesEnv(slave, environment), ...parts.volumesEnv }),
        permissions: "0600",
      },
      { path: proxyConfig, content: renderSlaveProxy({ ...proxyPaths, httpPort: slaveProxyPort }) },
    ],
    units: {
      ...parts.units,
      "volumes.service": renderContainerUnit({
        name: "volumes",
        description: "Docker volume driver for block volumes",
        image: imageOf("volumes"),
        options: volumesOptions(environment),
        prepare: [prepareMountFolder],
        ready: driverAnswers,
        ...limits("volumes", 256, 0.5),
        after: ["drover-resolver.service"],
      }),
      "mesos-agent.service": renderContainerUnit({
        name: "mesos-agent",
        description: "Mesos agent",
        image: imageOf("mesos-agent"),
        options: [...agentOptions, ...(volume ? [sharedMounts] : [])],
        ...limits("mesos-agent", 256, 1),
        after: ["drover-resolver.service", "volumes.service"],
        prepare: volume && [waitForSharedVolume],
      }),
      "edge.service": renderContainerUnit({
        name: "edge",
        description: "Routes of Marathon's tasks for this slave's HAProxy",
        image: imageOf("edge"),
        options: [
          "--network=host",
          "--user=root",
          "--env-file=/etc/drover/edge.env",
          configMount,
          ...folderOptions(proxyFolders),
        ],
        ...limits("edge", 256, 0.5),
      }),
      "haproxy.service": renderContainerUnit({
        name: "haproxy",
        description: "Service ports of Marathon's apps",
        image: imageOf("haproxy"),
        options: ["--network=host", "--user=root", configMount, ...folderOptions(proxyFolders)],
        command: proxyCommand,
        ...limits("haproxy", 256, 1),
        after: ["edge.service"],
      }),
    },
  });
}
