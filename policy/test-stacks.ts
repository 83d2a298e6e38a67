import { type Environment, environmentOf } from "../stacks/environment";
import type { Resource } from "./resource";

/** Resources and an environment that keep every rule: what tests break one thing of. */
export interface TestStack {
  environment: Environment;
  resources: Resource[];
  recorded: Resource[];
}

type Inputs = Record<string, unknown>;

export function resource(type: string, name: string, inputs: Inputs, protect = false): Resource {
  return { type, name, urn: `urn:pulumi:prod::drover::${type}::${name}`, inputs, protect };
}

const tags = (part: string) => ({ "drover.stack": "prod", "drover.part": part, "drover.purpose": "production" });
const words = (part: string) => Object.entries(tags(part)).map(([key, value]) => `${key}=${value}`);
const labels = (part: string) => Object.entries(tags(part)).map(([label, value]) => ({ label, value }));

const agentUnit = `[Service]
ExecStartPre=-/usr/bin/docker rm -f mesos-agent
ExecStart=/usr/bin/docker run --rm --name mesos-agent --memory 256m --cpus 1 --volume=/var/run/docker.sock:/var/run/docker.sock mesosphere/mesos-slave:1.7.1
`;

const daemon = JSON.stringify({ "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "3" } });

/** User data as JSON, which is YAML too, so that a test can put one more key into it. */
export function userData(more: Inputs = {}, unit = agentUnit, daemonJson = daemon): string {
  const config = {
    ssh_pwauth: false,
    users: [{ name: "drover", lock_passwd: true }],
    write_files: [
      { path: "/etc/docker/daemon.json", content: daemonJson },
      { path: "/etc/systemd/system/mesos-agent.service", content: unit },
    ],
    ...more,
  };
  return Buffer.from(`#cloud-config\n${JSON.stringify(config)}`).toString("base64");
}

/** The services of one core machine. */
function services(hostname: string, id: number): Resource[] {
  const container = (name: string, image: string, envs: string[]) =>
    resource("docker:index/container:Container", `${name}-${hostname}`, {
      name,
      image,
      networkMode: "host",
      restart: "always",
      memory: 512,
      cpus: "1",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },
      labels: labels("core"),
      volumes: [{ hostPath: `/disk/ssd/data/${name}`, containerPath: "/data" }],
      envs,
    });
  return [
    container("zookeeper", "zookeeper:3.8.6", [`ZOO_MY_ID=${id}`, "ZOO_SERVERS=server.1=a server.2=b server.3=c"]),
    container("mesos-master", "mesosphere/mesos-master:1.7.1", ["MESOS_QUORUM=2"]),
  ];
}

const policy = { maximumSlaves: 10, monthlyBudget: 2000, encryptedVolumeTypes: ["luks"] };
const core = (zones: readonly string[]) =>
  Object.fromEntries(zones.map((zone, i) => [`ops1${i}0`, { id: i + 1, zone }]));

function environment(config: Inputs): Environment {
  const texts = Object.entries(config).map(([key, value]) => [`drover:${key}`, JSON.stringify(value)]);
  return environmentOf("prod", Object.fromEntries(texts));
}

/** A production cluster on OpenStack. */
export function openStack(more: Inputs = {}): TestStack {
  const zones = ["a", "b", "c"];
  const instance = (name: string, part: string, zone: string, data: string) =>
    resource("openstack:compute/instance:Instance", name, {
      name: `drover-prod-${name}`,
      flavorName: "m1.large",
      availabilityZone: zone,
      userData: data,
      metadata: tags(part),
      networks: [{ uuid: "network" }],
      blockDevices: [{ sourceType: "image", destinationType: "local" }],
    });
  const rule = (name: string, port: number, remoteIpPrefix: string) =>
    resource("openstack:networking/secGroupRule:SecGroupRule", name, {
      direction: "ingress",
      ethertype: "IPv4",
      protocol: "tcp",
      portRangeMin: port,
      portRangeMax: port,
      remoteIpPrefix,
    });
  const address = (part: string) =>
    resource("openstack:networking/floatingIp:FloatingIp", `${part}-address`, { tags: words(part) });
  const resources = [
    ...zones.flatMap((zone, i) => {
      const hostname = `ops1${i}0`;
      const volume = { name: hostname, size: 128, volumeType: "luks", metadata: tags("core") };
      return [
        resource("openstack:blockstorage/volume:Volume", `${hostname}-data`, volume, true),
        instance(hostname, "core", zone, userData({}, "")),
        ...services(hostname, i + 1),
      ];
    }),
    ...["slave-000", "slave-001", "slave-002"].map((name) => instance(name, "pool-slave", "a", userData())),
    rule("front-443", 443, "0.0.0.0/0"),
    rule("ssh", 22, "203.0.113.0/24"),
    address("front-door"),
    address("bastion"),
  ];
  const config = {
    cloud: "openstack",
    purpose: "production",
    slaves: 3,
    core: core(zones),
    openstack: { zones, externalNetwork: "public", image: "debian-12" },
    // OpenStack clouds have no common prices.
    policy: { ...policy, prices: { "m1.large": 40, "volume GB": 0.1, "floating address": 3 } },
    ...more,
  };
  return { environment: environment(config), resources, recorded: resources };
}

/** A production cluster on Azure. */
export function azure(more: Inputs = {}): TestStack {
  const zones = ["1", "2", "3"];
  const profile = (data: string) => ({
    osProfile: { customData: data, linuxConfiguration: { disablePasswordAuthentication: true } },
    securityProfile: { encryptionAtHost: true },
    storageProfile: { imageReference: { publisher: "Debian", version: "0.20250101.1984" } },
  });
  const name = (key: string, part: string) => ({ [key]: `drover-prod-${part}`, tags: tags(part) });
  const resources = [
    resource("azure-native:network:NetworkSecurityGroup", "core", {
      ...name("networkSecurityGroupName", "core"),
      securityRules: [
        {
          name: "front-door",
          direction: "Inbound",
          access: "Allow",
          sourceAddressPrefixes: ["Internet"],
          destinationPortRanges: ["80", "443"],
        },
      ],
    }),
    resource("azure-native:network:PublicIPAddress", "nat", name("publicIpAddressName", "nat")),
    ...zones.flatMap((zone, i) => {
      const hostname = `ops1${i}0`;
      return [
        resource("azure-native:network:NetworkInterface", hostname, {
          ...name("networkInterfaceName", "core"),
          ipConfigurations: [{ name: "inside" }],
        }),
        resource(
          "azure-native:compute:Disk",
          `${hostname}-data`,
          { ...name("diskName", "core"), diskSizeGB: 128 },
          true,
        ),
        resource("azure-native:compute:VirtualMachine", hostname, {
          ...name("vmName", "core"),
          zones: [zone],
          hardwareProfile: { vmSize: "Standard_D4s_v5" },
          ...profile(userData({}, "")),
        }),
      ];
    }),
    resource("azure-native:compute:VirtualMachineScaleSet", "pool-slave", {
      ...name("vmScaleSetName", "pool-slave"),
      zones,
      sku: { name: "Standard_D2s_v5", capacity: 4 },
      virtualMachineProfile: {
        ...profile(userData()),
        networkProfile: { networkInterfaceConfigurations: [{ ipConfigurations: [{ name: "inside" }] }] },
      },
    }),
  ];
  const config = {
    cloud: "azure",
    purpose: "production",
    slaves: 4,
    core: core(zones),
    azure: { location: "westeurope", image: { version: "0.20250101.1984" } },
    policy,
    ...more,
  };
  return { environment: environment(config), resources, recorded: resources };
}
