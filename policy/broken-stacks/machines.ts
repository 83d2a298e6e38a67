import { azure, openStack, resource, userData } from "../test-stacks";
import {
  type Broken,
  container,
  nsg,
  openRule,
  password,
  scaleSet,
  slave,
  withInputs,
  without,
  withResource,
} from "./break";

/** Machines, their network, and who gets in. */
export const brokenMachines: Broken[] = [
  [
    "an even ensemble",
    without(openStack(), "zookeeper-ops120", "mesos-master-ops120"),
    [
      "core-quorum: ZooKeeper would have 2 members: make it 1, 3 or 5 in drover:core",
      "core-quorum: Mesos masters would have 2 members: make it 1, 3 or 5 in drover:core",
      "core-quorum: this ZooKeeper knows 3 members, there are 2: give every member the list of all",
      "core-quorum: this ZooKeeper knows 3 members, there are 2: give every member the list of all",
    ],
  ],
  [
    "a quorum that two halves can be",
    container("mesos-master", { envs: ["MESOS_QUORUM=1"] }),
    ["core-quorum: MESOS_QUORUM is 1, a majority of 3 masters is 2"],
  ],
  [
    "a ZooKeeper that knows too few",
    container("zookeeper", { envs: ["ZOO_SERVERS=server.1=a"] }),
    ["core-quorum: this ZooKeeper knows 1 members, there are 3: give every member the list of all"],
  ],
  [
    "two core machines in a zone",
    withInputs(openStack(), "ops110", { availabilityZone: "a" }),
    ["core-zones: ops110 is in zone a, as ops100 is: choose another zone for one of them"],
  ],
  [
    "a core machine without a zone",
    withInputs(azure(), "ops110", { zones: undefined }, "VirtualMachine"),
    ["core-zones: ops110 has no zone: choose one of 1, 2, 3"],
  ],
  [
    "SSH open to the world (OpenStack)",
    openRule({ remoteIpPrefix: "0.0.0.0/0" }),
    [
      "open-ports: ssh opens port 22 to 0.0.0.0/0: only 80, 443 may be open to the world; name the networks that need it",
    ],
  ],
  [
    "everything open, since nothing is said (OpenStack)",
    openRule({ remoteIpPrefix: undefined, portRangeMin: undefined, ethertype: "IPv6" }),
    [
      "open-ports: ssh opens ports 0 to 65535 to ::/0: only 80, 443 may be open to the world; name the networks that need it",
    ],
  ],
  [
    "half the world (OpenStack)",
    openRule({ remoteIpPrefix: "128.0.0.0/1" }),
    [
      "open-ports: ssh opens port 22 to 128.0.0.0/1: only 80, 443 may be open to the world; name the networks that need it",
    ],
  ],
  [
    "SSH open to the world (Azure)",
    nsg({ sourceAddressPrefix: "*" }),
    ["open-ports: r opens port 22 to *: only 80, 443 may be open to the world; name the networks that need it"],
  ],
  [
    "a range of ports around an allowed one (Azure)",
    nsg({ sourceAddressPrefix: "Internet", destinationPortRange: "80-90" }),
    [
      "open-ports: r opens ports 80 to 90 to Internet: only 80, 443 may be open to the world; name the networks that need it",
    ],
  ],
  [
    "a container's port on every address",
    container("zookeeper", { envs: [], ports: [{ internal: 2181, external: 2181 }] }),
    [
      "open-ports: zookeeper-ops110 opens port 2181 to 0.0.0.0/0: only 80, 443 may be open to the world; name the networks that need it",
    ],
  ],
  [
    "a floating address of a core machine",
    withResource(
      openStack(),
      resource("openstack:networking/floatingIp:FloatingIp", "ops100", { tags: ["drover.stack=prod"] }),
    ),
    ["public-addresses: a public address for ops100 is not allowed: only front-door, bastion, nat may have one"],
  ],
  [
    "a public address on a network card",
    withInputs(azure(), "ops100", { ipConfigurations: [{ publicIPAddress: { id: "x" } }] }, "NetworkInterface"),
    ["public-addresses: a public address for core is not allowed: only front-door, bastion, nat may have one"],
  ],
  [
    "public addresses of slaves",
    scaleSet({
      networkProfile: {
        networkInterfaceConfigurations: [{ ipConfigurations: [{ publicIPAddressConfiguration: { name: "p" } }] }],
      },
    }),
    ["slave-addresses: pool-slave gives each slave a public address: remove publicIPAddressConfiguration"],
  ],
  [
    "a slave on the external network",
    withInputs(openStack(), "slave-001", { networks: [{ name: "public" }] }),
    ["slave-addresses: slave-001 is attached to the external network public: attach slaves to the cluster's own"],
  ],
  [
    "a password for the cloud's account",
    withInputs(openStack(), "ops100", { adminPass: password }),
    ["password-login: ops100 allows login by password (its cloud is told to): only keys may open a machine"],
  ],
  [
    "a cloud that may set passwords",
    scaleSet({ osProfile: { linuxConfiguration: { disablePasswordAuthentication: false } } }),
    ["password-login: pool-slave allows login by password (its cloud is told to): only keys may open a machine"],
  ],
  [
    "passwords over SSH",
    slave(userData({ ssh_pwauth: true })),
    ["password-login: slave-001 allows login by password (ssh_pwauth): only keys may open a machine"],
  ],
  [
    "an account with a password",
    slave(userData({ users: [{ name: "ops", plain_text_passwd: password }] })),
    ["password-login: slave-001 allows login by password (account ops): only keys may open a machine"],
  ],
  [
    "caches in clear",
    scaleSet({ securityProfile: {} }),
    ["encrypted-disks: pool-slave keeps temporary disks and caches in clear: set securityProfile.encryptionAtHost"],
  ],
  [
    "a volume of a type that does not encrypt",
    withInputs(openStack(), "ops100-data", { volumeType: "fast" }),
    [
      "encrypted-disks: ops100-data has the volume type fast, which is not listed as encrypting in drover:policy.encryptedVolumeTypes (luks)",
      "replaced-data: the data volume ops100-data would be made again without what is on it, because of another volumeType; if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "a root volume of whatever type",
    withInputs(openStack(), "slave-001", { blockDevices: [{ sourceType: "image", destinationType: "volume" }] }),
    [
      "encrypted-disks: slave-001 has the volume type of the cloud's choice, which is not listed as encrypting in drover:policy.encryptedVolumeTypes (luks)",
    ],
  ],
];
