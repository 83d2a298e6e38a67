import { dirname } from "node:path";
import { blockStoreFolder, loopDevices } from "@drover/lib/block-volume";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { frontDoorAddress, gatewayAddress } from "../../stacks/addresses";
import {
  ConfigurationError,
  type Environment,
  type PlannedCore,
  type PlannedMachine,
  type PlannedSlave,
} from "../../stacks/environment";
import { renderMetaData } from "../../templates/cloud-init/user-data";
import { renderFrontDoor } from "../../templates/haproxy/front-door";
import { imageOf, type LocalSetUp } from "../images";
import { declaredVolume } from "../storage/block-volume";
import { keepsBlockVolumes, type PlannedVolume } from "./block-volume-rules";
import type { Cloud, CoreMachine, FrontDoor, Recipe, Slaves } from "./cloud";
import { blockStore, dataDisk } from "./disk-names";
import { keepData, keptIf } from "./settings";

export interface DockerCloudArgs {
  environment: Environment;
  local: LocalSetUp;
}

/** What systemd, Docker and FUSE need inside a container; --privileged would ask for more than every host has. */
const machineCapabilities = ["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE"];

/** Fills a machine's image store with hard links into the prepared one; layers are never written in place. */
const seedScript = `set -eu
from=/volumes/$1/_data to=/volumes/$2/_data
[ -d "$to/image" ] && exit 0
rm -rf "$to/.overlay2" "$to/.image" "$to/overlay2"
cp -al "$from/overlay2" "$to/.overlay2"
cp -a "$from/image" "$to/.image"
mv "$to/.overlay2" "$to/overlay2"
mv "$to/.image" "$to/image"`;

/** Docker's embedded resolver, which every container on a network of its own has. */
const embeddedResolver = "127.0.0.11";

const frontDoorMemoryMb = 64;

/** A container is as large as its host, and nobody takes it away. */
function refuseSizes({ name, pools }: Environment): void {
  const problems = pools.flatMap((pool) => [
    ...(pool.size
      ? [`drover:pools.${pool.name}.size: ${pool.size} is not allowed; machines in Docker have no size`]
      : []),
    ...(pool.spot ? [`drover:pools.${pool.name}.spot: true is not allowed; Docker has no spot machines`] : []),
  ]);
  if (problems.length > 0) throw new ConfigurationError(name, problems);
}

/** Machines as containers on one Docker engine: a laptop, or CI. */
export class DockerCloud extends pulumi.ComponentResource implements Cloud {
  readonly resolvers = [embeddedResolver];
  readonly plansSlaves = true;

  private readonly network: docker.Network;
  /** The block storage that slaves share: the local cloud's volumes are files in it. */
  private readonly blockStore: docker.Volume;
  private readonly blockVolumes: pulumi.Resource[] = [];
  private readonly environment: Environment;
  private readonly local: LocalSetUp;

  constructor(name: string, args: DockerCloudArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:clouds:DockerCloud", name, {}, opts);
    refuseSizes(args.environment);
    this.environment = args.environment;
    this.local = args.local;
    const { subnet } = args.environment;
    this.network = new docker.Network(
      "network",
      {
        name: this.nameOf("network"),
        ipamConfigs: [{ subnet: subnet.cidr, gateway: gatewayAddress(subnet) }],
        labels: this.labels("network"),
      },
      { parent: this },
    );
    this.blockStore = new docker.Volume(
      "block-store",
      { name: blockStore(args.environment.name), labels: this.labels("block-store") },
      { parent: this, ...keptIf(keepsBlockVolumes(args.environment)) },
    );
  }

  /** Machines start with the images in their store. */
  publish(local: LocalSetUp): LocalSetUp {
    return local;
  }

  /** Machines are reached directly. */
  bastion(): undefined {
    return undefined;
  }

  coreMachines(recipe: Recipe<PlannedCore>): CoreMachine[] {
    return this.environment.core.map((planned) => {
      const resource = this.machine(planned, "images", recipe.userData(planned));
      return { ...planned, instance: resource.id, resource };
    });
  }

  slaves(recipe: Recipe<PlannedSlave>): Slaves {
    // A slave's image store belongs to one state of the images: with another, the slave is made anew.
    const store = this.local.store.split("-").pop() ?? "";
    const machines = this.environment.slaves.map((planned) => ({
      ...planned,
      instance: this.machine(planned, `images-${store}`, recipe.userData(planned)).id,
    }));
    return { machines, number: machines.length, instances: machines.map(({ instance }) => instance) };
  }

  frontDoor(core: readonly CoreMachine[]): FrontDoor {
    const { httpPort, httpsPort } = this.environment.frontDoor;
    const config = renderFrontDoor({
      servers: core.map(({ hostname, address }) => ({ name: hostname, address })),
      httpPort: 80,
      httpsPort: 443,
      serverHttpPort: 80,
      serverHttpsPort: 443,
    });
    const container = new docker.Container(
      "front-door",
      {
        name: this.nameOf("front-door"),
        hostname: "front-door",
        image: imageOf("haproxy", this.environment, this.local),
        user: "root",
        restart: "always",
        memory: frontDoorMemoryMb,
        cpus: "1",
        networksAdvanced: [{ name: this.network.name, ipv4Address: frontDoorAddress(this.environment.subnet) }],
        ports: [
          { ip: "127.0.0.1", external: httpPort, internal: 80 },
          { ip: "127.0.0.1", external: httpsPort, internal: 443 },
        ],
        uploads: [{ file: "/usr/local/etc/haproxy/haproxy.cfg", content: config }],
        labels: this.labels("front-door"),
        ...boundedLogs,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    return { address: "127.0.0.1", httpPort, httpsPort, instance: container.id };
  }

  blockVolume(volume: PlannedVolume): void {
    const image = imageOf("volumes", this.environment, this.local);
    const store = this.blockStore.name.apply((name) => ({ volume: name, image }));
    this.blockVolumes.push(declaredVolume(volume, { parent: this }, store));
  }

  /** Makes one machine: two disks, the first images, the container that boots. */
  private machine(planned: PlannedMachine, imageDisk: string, userData: pulumi.Input<string>): docker.Container {
    const { hostname } = planned;
    const images = this.disk(hostname, imageDisk);
    const data = this.disk(hostname, "data", planned.role === "core" ? keepData(this.environment) : {});
    const seed = this.seed(hostname, imageDisk, images);
    return new docker.Container(
      hostname,
      {
        name: this.nameOf(hostname),
        hostname,
        image: this.machineImage(),
        capabilities: { adds: machineCapabilities },
        securityOpts: ["seccomp=unconfined", "apparmor=unconfined"],
        cgroupnsMode: this.local.cgroupVersion === 1 ? "host" : "private",
        volumes: [
          { volumeName: images.name, containerPath: "/var/lib/docker" },
          { volumeName: data.name, containerPath: "/disk/ssd" },
          ...(planned.role === "slave" ? [{ volumeName: this.blockStore.name, containerPath: blockStoreFolder }] : []),
          // Version 2 delegates a tree of its own to the container; version 1 has none to delegate.
          ...(this.local.cgroupVersion === 1 ? [{ hostPath: "/sys/fs/cgroup", containerPath: "/sys/fs/cgroup" }] : []),
        ],
        tmpfs: { "/run": "exec", "/run/lock": "" },
        devices: ["/dev/fuse", ...(planned.role === "slave" ? loopDevices : [])].map((path) => ({
          hostPath: path,
          containerPath: path,
          permissions: "rwm",
        })),
        networksAdvanced: [{ name: this.network.name, ipv4Address: planned.address }],
        restart: "always",
        stopSignal: "SIGRTMIN+3",
        uploads: [
          { file: "/var/lib/cloud/seed/nocloud/user-data", content: userData, permissions: "0600" },
          { file: "/var/lib/cloud/seed/nocloud/meta-data", content: renderMetaData(hostname, hostname) },
        ],
        labels: this.labels(hostname),
        ...boundedLogs,
      },
      {
        parent: this,
        // Slaves go before the volumes that they use.
        dependsOn: planned.role === "slave" ? [seed, ...this.blockVolumes] : seed,
        deleteBeforeReplace: true,
      },
    );
  }

  private disk(hostname: string, purpose: string, opts: pulumi.CustomResourceOptions = {}): docker.Volume {
    return new docker.Volume(
      `${hostname}-${purpose}`,
      {
        name: purpose === "data" ? dataDisk(this.environment.name, hostname) : this.nameOf(`${hostname}-${purpose}`),
        labels: this.labels(hostname),
      },
      { ...opts, parent: this },
    );
  }

  /** Runs once for every new image disk, and not again when the images have changed since. */
  private seed(hostname: string, diskName: string, disk: docker.Volume): docker.Container {
    const volumes = disk.mountpoint.apply((mountpoint) => dirname(dirname(mountpoint)));
    return new docker.Container(
      `${hostname}-${diskName}-seed`,
      {
        name: this.nameOf(`${hostname}-${diskName}-seed`),
        image: this.machineImage(),
        command: ["sh", "-c", seedScript, "seed", this.local.store, disk.name],
        networkMode: "none",
        volumes: [{ hostPath: volumes, containerPath: "/volumes" }],
        mustRun: false,
        attach: true,
        memory: 256,
        cpus: "1",
        labels: this.labels(hostname),
        ...boundedLogs,
      },
      { parent: this, deleteBeforeReplace: true, ignoreChanges: ["image", "command"] },
    );
  }

  private machineImage(): string {
    const image = this.local.images.machine;
    if (!image) throw new Error("there is no machine image; run `npm run setup`");
    return image;
  }

  private nameOf(part: string): string {
    return `drover-${this.environment.name}-${part}`;
  }

  /** Labels by which everything of a stack, and of a machine, can be found. */
  private labels(part: string): { label: string; value: string }[] {
    return [
      { label: "drover.stack", value: this.environment.name },
      { label: "drover.part", value: part },
    ];
  }
}

/** Docker's own log of a container, kept small. */
const boundedLogs = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } };
