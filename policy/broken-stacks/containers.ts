import { resource, userData } from "../test-stacks";
import { type Broken, container, limited, password, scaleSet, slave, unit, withResource } from "./break";

/** Containers, images and secrets. */
export const brokenContainers: Broken[] = [
  [
    "a container without limits",
    container("zookeeper", { envs: [], memory: 0, cpus: undefined }),
    ["container-limits: container zookeeper has no limit of memory and CPU"],
  ],
  ["a unit without limits", unit("--memory 64m"), ["container-limits: container edge has no limit of CPU"]],
  [
    "a container that stays down",
    container("zookeeper", { envs: [], restart: "on-failure" }),
    [
      "container-restart: container zookeeper does not come back after a reboot: its restart policy must be always or unless-stopped",
    ],
  ],
  [
    "logs without bounds",
    container("zookeeper", { envs: [], logOpts: {} }),
    ["container-logs: container zookeeper has unbounded logs: set the driver json-file or local and max-size"],
  ],
  [
    "a slave's logs without bounds",
    slave(userData({}, `ExecStart=/usr/bin/docker run --name edge ${limited} haproxy:3.0.1\n`, "{}")),
    ["container-logs: container edge has unbounded logs: set the driver json-file or local and max-size"],
  ],
  [
    "the Docker engine in a container",
    container("zookeeper", { envs: [], volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/s" }] }),
    [
      "docker-socket: container zookeeper reaches the Docker engine by /var/run/docker.sock: list it in drover:policy.dockerSocket if it must",
    ],
  ],
  [
    "the Docker engine in a slave's container",
    unit(`${limited} --volume=/run/docker.sock:/s`),
    [
      "docker-socket: container edge reaches the Docker engine by /run/docker.sock: list it in drover:policy.dockerSocket if it must",
    ],
  ],
  [
    "a privileged container",
    container("zookeeper", { envs: [], privileged: true }),
    ["privileged: container zookeeper is privileged: list it in drover:policy.privileged if it must be"],
  ],
  [
    "all capabilities in a unit",
    unit(`${limited} --cap-add=ALL`),
    ["privileged: container edge is privileged: list it in drover:policy.privileged if it must be"],
  ],
  [
    "the latest image",
    container("zookeeper", { envs: [], image: "zookeeper:latest" }),
    ["pinned-images: image zookeeper:latest of zookeeper-ops110 is not pinned: name a digest or an exact version"],
  ],
  [
    "an image without a tag, in a unit",
    unit(limited, "haproxy"),
    ["pinned-images: image haproxy of slave-001 is not pinned: name a digest or an exact version"],
  ],
  [
    "the latest machine image",
    scaleSet({ storageProfile: { imageReference: { version: "latest" } } }),
    ["pinned-images: pool-slave starts from the latest machine image: name its exact version"],
  ],
  [
    "a password in a variable",
    container("zookeeper", { envs: [`ZK_PASSWORD=${password}`] }),
    [
      "clear-secrets: container zookeeper has a secret in clear (ZK_PASSWORD): put it into a file that only the container reads",
    ],
  ],
  [
    "a password in a command",
    container("mesos-master", { envs: [], command: ["run", `--http-password=${password}`] }),
    [
      "clear-secrets: container mesos-master has a secret in clear (--http-password): put it into a file that only the container reads",
    ],
  ],
  [
    "a private key in user data",
    slave(userData({ ssh_keys: { rsa: "-----BEGIN OPENSSH PRIVATE KEY-----" } })),
    [
      "user-data-secrets: the user data of slave-001 holds a private key: let the machine fetch it with its own identity",
    ],
  ],
  [
    "the cluster's password in user data",
    withResource(slave(userData({ note: password })), resource("drover:index:Identity", "identity", { password })),
    [
      "user-data-secrets: the user data of slave-001 holds password of identity: let the machine fetch it with its own identity",
    ],
  ],
];
