import { describe, expect, it } from "vitest";
import { ruleNames } from "../stacks/policy-schema";
import type { Resource } from "./resource";
import { type Rule, violations } from "./rule";
import { rules } from "./rules";
import { azure, openStack, resource, type TestStack, userData } from "./test-stacks";

/** Every message that the pack has for a stack, with the rule's name before it. */
function found({ resources, environment, recorded }: TestStack): string[] {
  const told = (rule: Rule) => violations([rule], resources, { environment, recorded });
  return rules.flatMap((rule) => told(rule).map(({ message }) => `${rule.name}: ${message}`));
}

/** The stack with other inputs of one resource. */
function withInputs(stack: TestStack, name: string, more: object, type = ""): TestStack {
  const change = (it: Resource) =>
    it.name === name && it.type.includes(type) ? { ...it, inputs: { ...it.inputs, ...more } } : it;
  return { ...stack, resources: stack.resources.map(change) };
}

function withResource(stack: TestStack, more: Resource): TestStack {
  return { ...stack, resources: [...stack.resources, more] };
}

function without(stack: TestStack, ...names: string[]): TestStack {
  return { ...stack, resources: stack.resources.filter(({ name }) => !names.includes(name)) };
}

const container = (name: string, more: object) => withInputs(openStack(), `${name}-ops110`, more);
const slave = (data: string) => withInputs(openStack(), "slave-001", { userData: data });
const unit = (options: string, image = "drover/edge:0123456789ab") =>
  slave(userData({}, `ExecStart=/usr/bin/docker run --name edge ${options} ${image}\n`));
const limited = "--memory 64m --cpus 0.5";
const openRule = (inputs: object) => withInputs(openStack(), "ssh", inputs);
const nsg = (rule: object) =>
  withInputs(azure(), "core", {
    securityRules: [{ name: "r", direction: "Inbound", access: "Allow", destinationPortRange: "22", ...rule }],
  });
const scaleSet = (profile: object) =>
  withInputs(azure(), "pool-slave", {
    virtualMachineProfile: { ...(azure().resources.at(-1)?.inputs.virtualMachineProfile as object), ...profile },
  });
const password = "correct-horse-battery";

/** What is broken, the stack, and everything the pack has to say. */
const broken: [string, TestStack, string[]][] = [
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
    ],
  ],
  [
    "a root volume of whatever type",
    withInputs(openStack(), "slave-001", { blockDevices: [{ sourceType: "image", destinationType: "volume" }] }),
    [
      "encrypted-disks: slave-001 has the volume type of the cloud's choice, which is not listed as encrypting in drover:policy.encryptedVolumeTypes (luks)",
    ],
  ],
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
  [
    "data without protection",
    {
      ...openStack(),
      resources: openStack().resources.map((it) => (it.name === "ops100-data" ? { ...it, protect: false } : it)),
    },
    ["protected-data: ops100-data holds production's data and is not protected: set the option protect"],
  ],
  [
    "a declared block volume without protection",
    withResource(
      openStack(),
      resource("openstack:blockstorage/volume:Volume", "volume-pgdata", {
        name: "pgdata",
        volumeType: "luks",
        metadata: { "drover.stack": "prod", "drover.part": "block-volume" },
      }),
    ),
    ["protected-data: volume-pgdata holds production's data and is not protected: set the option protect"],
  ],
  [
    "a machine of nobody",
    withInputs(openStack(), "slave-001", { metadata: { "drover.stack": "other" } }),
    ["tags: slave-001 does not say whose it is: it needs drover.stack = prod in its metadata"],
  ],
  [
    "a name that Nova would cut",
    withInputs(openStack(), "slave-001", { name: `drover-${"x".repeat(60)}` }),
    [
      `names: the name "drover-${"x".repeat(60)}" of slave-001 is not allowed; it must be: a host name: letters, digits and inner dashes, at most 63`,
    ],
  ],
  [
    "a registry with a dash",
    withResource(
      azure(),
      resource("azure-native:containerregistry:Registry", "registry", {
        registryName: "drover-prod",
        tags: { "drover.stack": "prod" },
      }),
    ),
    ['names: the name "drover-prod" of registry is not allowed; it must be: letters and digits, 5 to 50'],
  ],
  [
    "too many slaves",
    withInputs(azure(), "pool-slave", { sku: { name: "Standard_D2s_v5", capacity: 11 } }),
    ["slave-count: there would be 11 slaves; allowed are 1 to 10 (drover:policy.maximumSlaves)"],
  ],
  [
    "no slaves, all removed",
    without(openStack(), "slave-000", "slave-001", "slave-002"),
    [
      "slave-count: there would be 0 slaves; allowed are 1 to 10 (drover:policy.maximumSlaves)",
      "removals: 3 of 3 slaves would be removed, more than 50 % (drover:policy.maximumRemovedShare); if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "a scale set that lost a digit",
    withInputs(azure(), "pool-slave", { sku: { name: "Standard_D2s_v5", capacity: 1 } }),
    [
      "removals: 3 of 4 slaves would be removed, more than 50 % (drover:policy.maximumRemovedShare); if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "a data volume that goes",
    without(openStack(), "ops120-data"),
    [
      "removals: the data volume ops120-data would be removed with all that is on it; if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "more than the budget",
    withInputs(azure(), "pool-slave", { sku: { name: "Standard_D16s_v5", capacity: 4 } }),
    [
      "budget: the estimated cost of 2726 USD a month is above the budget of 2000 (drover:policy.monthlyBudget, prices of 2025-06)",
    ],
  ],
];

describe("a broken stack", () => {
  it.each(broken)("%s", (_what, stack, messages) => {
    expect(found(stack)).toEqual(messages);
  });

  it("is there for every rule", () => {
    const heard = new Set(broken.flatMap(([, , messages]) => messages.map((message) => message.split(":")[0])));
    expect([...heard].sort()).toEqual([...ruleNames].sort());
    expect(rules.map(({ name }) => name)).toEqual(ruleNames);
  });
});

describe("a stack that keeps the rules", () => {
  it.each([
    ["OpenStack", openStack()],
    ["Azure", azure()],
  ])("on %s has nothing to be told", (_cloud, stack) => {
    expect(found(stack)).toEqual([]);
  });

  it("may do what its environment lists, and what it confirms", () => {
    const policy = {
      openPorts: [22],
      dockerSocket: ["zookeeper"],
      privileged: ["zookeeper"],
      encryptedVolumeTypes: ["luks", "fast"],
      confirmRemoval: true,
    };
    const listed = openStack({ policy }).environment;
    const may = (stack: TestStack) =>
      found({ ...stack, environment: listed }).filter((line) => /^(open|docker|privil|encry|remov)/.test(line));
    const onlySsh = without(openRule({ remoteIpPrefix: "0.0.0.0/0" }), "front-443", "mesos-master-ops110");
    const zookeeper = { envs: [], privileged: true, volumes: [{ hostPath: "/run/docker.sock", containerPath: "/s" }] };
    expect(may(withInputs(onlySsh, "zookeeper-ops110", zookeeper))).toEqual(
      [
        "docker-socket: container mesos-agent reaches the Docker engine by /var/run/docker.sock: list it in drover:policy.dockerSocket if it must",
      ].flatMap((line) => [line, line, line]),
    );
    expect(may(without(openStack(), "slave-000", "slave-001", "slave-002", "ops120-data", "front-443"))).toEqual([]);
  });
});
