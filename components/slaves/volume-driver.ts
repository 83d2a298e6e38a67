import { blockStoreFolder, loopDevices } from "@drover/lib/block-volume";
import type { Environment, PlannedSlave } from "../../stacks/environment";
import { zooKeeperUrl } from "../core/addresses";

/** Where each volume is mounted, at a folder of its name. */
const mountFolder = "/var/lib/drover/volumes";

const pluginFolder = "/run/docker/plugins";

const backends = { docker: "loop", openstack: "cinder", azure: "azuredisk" } as const;

/** The environment of services/volumes on a slave. */
export function volumesEnv(slave: PlannedSlave, environment: Environment): Record<string, string> {
  return {
    VOLUMES_BACKEND: backends[environment.cloud],
    VOLUMES_ZK: zooKeeperUrl(environment.core, "drover/volumes"),
    VOLUMES_SLAVE: slave.hostname,
    VOLUMES_CLUSTER: environment.name,
    VOLUMES_GRACE_SECONDS: String(environment.volumes.graceSeconds),
    VOLUMES_DEFAULT_SIZE_GB: String(environment.volumes.defaultSizeGb),
  };
}

/** Disks of a cloud appear and go while the container runs. */
const cloudDisks = ["--volume=/dev:/dev", "--device-cgroup-rule=b *:* rwm", "--cap-add=SYS_RESOURCE"];

/** cloud `openstack`: where a slave has what the driver logs in with. */
const loginFolder = "/etc/drover/volumes";

/** Paths on a slave of an OpenStack cloud, by what is in them. The driver waits for those that are not there. */
export const cinderFiles = {
  credentialId: `${loginFolder}/credential-id`,
  credentialSecret: `${loginFolder}/credential-secret`,
  authority: `${loginFolder}/authority.pem`,
} as const;

/** What the container sees of disks, by cloud; local ones are given one by one. */
const diskOptions = {
  docker: [...loopDevices.map((device) => `--device=${device}`), `--volume=${blockStoreFolder}:${blockStoreFolder}`],
  // Unlike --volume, this makes no folder that is not there: the unit is tried again until the login has come.
  openstack: [...cloudDisks, `--mount=type=bind,src=${loginFolder},dst=${loginFolder},readonly`],
  // The kernel is told there to look at a disk that has grown; a container's own view of it is read-only.
  azure: [...cloudDisks, "--volume=/sys/devices:/sys/devices"],
};

/** Options of `docker run`: its mounts appear on the machine, and it sees the processes that use them. */
export function volumesOptions(environment: Environment): string[] {
  return [
    "--network=host",
    "--pid=host",
    "--cap-add=SYS_ADMIN",
    "--cap-add=SYS_PTRACE",
    "--security-opt=seccomp=unconfined",
    "--security-opt=apparmor=unconfined",
    "--env-file=/etc/drover/volumes.env",
    `--volume=${mountFolder}:${mountFolder}:rshared`,
    `--volume=${pluginFolder}:${pluginFolder}`,
    ...diskOptions[environment.cloud],
  ];
}

/** A folder from which mounts spread: into the driver's container and back out of it. */
export const prepareMountFolder = `mkdir -p ${mountFolder} ${pluginFolder}; mountpoint -q ${mountFolder} || mount --bind ${mountFolder} ${mountFolder}; mount --make-rshared ${mountFolder}; rm -f ${pluginFolder}/drover.sock ${pluginFolder}/rexray.sock`;

/** The driver takes calls. A driver that cannot start must not keep the agent from starting for ever. */
export const driverAnswers = `timeout 120 sh -c "until [ -S ${pluginFolder}/rexray.sock ]; do sleep 0.2; done"`;
