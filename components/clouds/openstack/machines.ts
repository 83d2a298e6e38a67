import * as blockstorage from "@pulumi/openstack/blockstorage";
import * as compute from "@pulumi/openstack/compute";
import * as networking from "@pulumi/openstack/networking";
import type * as pulumi from "@pulumi/pulumi";
import { bastionAddress, frontDoorAddress } from "../../../stacks/addresses";
import type { PlannedCore, PlannedMachine, PlannedPool, PlannedSlave } from "../../../stacks/environment";
import type { Bastion, CoreMachine, Machine, Recipe } from "../cloud";
import { keepData, resourceName, tagsOf } from "../settings";
import { encodedUserData } from "../user-data-limit";
import { keepalivedParts } from "./keepalived";
import type { ClusterNetwork } from "./network";
import { type Scope, tagWords } from "./scope";

/** What all machines of a cluster share. */
export interface MachineBase {
  network: ClusterNetwork;
  keyPair: compute.Keypair;
  imageId: pulumi.Output<string>;
}

/**
 * What a running machine is not made again for: its user data was for its first boot, and a new image is for new
 * machines. Core machines hold data and are renewed one at a time, by `pulumi up --target-replace`.
 */
const pinned = ["userData", "imageId", "keyPair", "blockDevices"];

/** Where the root disk comes from: the image itself, or a volume made from it. */
function rootDisk({ settings }: Scope, imageId: pulumi.Output<string>) {
  const common = { uuid: imageId, sourceType: "image", bootIndex: 0, deleteOnTermination: true };
  return settings.bootVolumeGb
    ? { ...common, destinationType: "volume", volumeSize: settings.bootVolumeGb, volumeType: settings.volumeType }
    : { ...common, destinationType: "local" };
}

/** Paths under which KVM's two disk buses show a volume: by its id, never by the order of attaching. */
function devicePaths(volumeId: string): string[] {
  const serial = volumeId.slice(0, 20);
  return [
    `/dev/disk/by-id/virtio-${serial}`,
    `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serial}`,
    `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${volumeId}`,
  ];
}

/** What the instances of every role have in common. */
function instanceArgs(scope: Scope, base: MachineBase, machine: { hostname: string; zone?: string }, part: string) {
  const { environment, settings } = scope;
  return {
    name: resourceName(environment, machine.hostname),
    keyPair: base.keyPair.name,
    // The config drive is there before the network is, and does not need the metadata service.
    configDrive: true,
    metadata: tagsOf(environment, part),
    availabilityZone: machine.zone && settings.zones.includes(machine.zone) ? machine.zone : undefined,
  };
}

/** The machine that SSH jumps through: no containers, one public port. */
export function bastionMachine(scope: Scope, base: MachineBase, recipe: Recipe<{ hostname: string }>): Bastion {
  const { environment, settings, opts } = scope;
  const { network } = base;
  const hostname = "bastion";
  const port = new networking.Port(
    hostname,
    {
      name: resourceName(environment, hostname),
      networkId: network.network.id,
      fixedIps: [{ subnetId: network.subnet.id, ipAddress: bastionAddress(environment.subnet) }],
      securityGroupIds: [network.bastion.id],
      tags: tagWords(environment, hostname),
    },
    opts,
  );
  const instance = new compute.Instance(
    hostname,
    {
      ...instanceArgs(scope, base, { hostname }, hostname),
      flavorName: environment.machines.bastion.size,
      userData: recipe.userData({ hostname }, { engine: false }).apply(encodedUserData),
      blockDevices: [rootDisk(scope, base.imageId)],
      networks: [{ port: port.id }],
    },
    { ...opts, deleteBeforeReplace: true, ignoreChanges: pinned, dependsOn: network.router },
  );
  const address = new networking.FloatingIp(
    "bastion-address",
    {
      pool: settings.externalNetwork,
      portId: port.id,
      description: resourceName(environment, hostname),
      tags: tagWords(environment, hostname),
    },
    { ...opts, dependsOn: network.router },
  );
  return { hostname, address: address.address, instance: instance.id };
}

/** A core machine: a port with its address and a volume with its data, which both outlive the instance between them. */
export function coreMachine(
  scope: Scope,
  base: MachineBase & { group: compute.ServerGroup },
  planned: PlannedCore,
  recipe: Recipe<PlannedCore>,
  resolver: string,
): CoreMachine {
  const { environment, settings, opts } = scope;
  const { network, group } = base;
  const { hostname } = planned;
  const name = resourceName(environment, hostname);
  const keepalived = settings.loadBalancer === "keepalived";
  const port = new networking.Port(
    hostname,
    {
      name,
      networkId: network.network.id,
      fixedIps: [{ subnetId: network.subnet.id, ipAddress: planned.address }],
      securityGroupIds: [network.cluster.id, network.front.id],
      allowedAddressPairs: keepalived ? [{ ipAddress: frontDoorAddress(environment.subnet) }] : undefined,
      tags: tagWords(environment, "core"),
    },
    opts,
  );
  const volume = new blockstorage.Volume(
    `${hostname}-data`,
    {
      name: `${name}-data`,
      size: environment.machines.core.diskGb,
      volumeType: settings.volumeType,
      availabilityZone: settings.zones.includes(planned.zone) ? planned.zone : undefined,
      enableOnlineResize: true,
      metadata: tagsOf(environment, "core"),
    },
    { ...opts, ...keepData(environment) },
  );
  const userData = volume.id.apply((id) =>
    recipe.userData(planned, {
      dataDisk: devicePaths(id),
      fallbackResolver: resolver,
      ...(keepalived && keepalivedParts(planned, environment)),
    }),
  );
  const resource = new compute.Instance(
    hostname,
    {
      ...instanceArgs(scope, base, planned, "core"),
      flavorName: environment.machines.core.size,
      userData: userData.apply(encodedUserData),
      blockDevices: [
        rootDisk(scope, base.imageId),
        { uuid: volume.id, sourceType: "volume", destinationType: "volume", bootIndex: -1, deleteOnTermination: false },
      ],
      networks: [{ port: port.id }],
      schedulerHints: [{ group: group.id }],
    },
    { ...opts, deleteBeforeReplace: true, ignoreChanges: pinned, dependsOn: network.router },
  );
  return { ...planned, instance: resource.id, resource };
}

/** A slave is one resource: an instance whose port comes and goes with it. */
export function slaveMachine(
  scope: Scope,
  base: MachineBase & { group: compute.ServerGroup },
  pool: PlannedPool,
  planned: PlannedSlave,
  recipe: Recipe<PlannedSlave>,
  after: pulumi.Resource[],
): Machine & PlannedMachine {
  const { environment, opts } = scope;
  const { network, group } = base;
  const instance = new compute.Instance(
    planned.hostname,
    {
      ...instanceArgs(scope, base, planned, `pool-${pool.name}`),
      flavorName: pool.size ?? environment.machines.slave.size,
      userData: recipe.userData(planned).apply(encodedUserData),
      blockDevices: [rootDisk(scope, base.imageId)],
      networks: [{ uuid: network.network.id, fixedIpV4: planned.address }],
      securityGroups: [network.cluster.name],
      schedulerHints: [{ group: group.id }],
    },
    // The address is free again only when the old instance is gone. A new image is for new slaves.
    { ...opts, deleteBeforeReplace: true, ignoreChanges: ["imageId", "blockDevices", "keyPair"], dependsOn: after },
  );
  return { ...planned, instance: instance.id };
}
