import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedCore } from "../../../stacks/environment";
import { adminUser } from "../../../templates/cloud-init/user-data";
import type { Bastion, CoreMachine, Recipe } from "../cloud";
import { keepData, resourceName } from "../settings";
import { encodedUserData } from "../user-data-limit";
import { allZones, placed, type Scope } from "./scope";

/** What a machine is where an environment names no size. */
export const defaultSizes = { core: "Standard_D4s_v5", slave: "Standard_D4ds_v5", bastion: "Standard_B2ts_v2" };

/** Azure's own resolver, in every network. */
export const azureResolver = "168.63.129.16";

/** The first data disk, by the place it is plugged in: the links that Azure's agent on Debian makes, for SCSI and NVMe. */
const firstDataDisk = ["/dev/disk/azure/scsi1/lun0", "/dev/disk/azure/data/by-lun/0"];

/**
 * What a running machine is not made again for: its user data was for its first boot, and a new image is for new
 * machines. Core machines hold data and are renewed one at a time, by `pulumi up --target-replace`.
 */
const pinned = ["osProfile.customData", "storageProfile.imageReference", "osProfile.linuxConfiguration"];

/** Keys only; the account is the one that the user data makes. */
export function linuxProfile(sshPublicKey: pulumi.Output<string>) {
  return {
    disablePasswordAuthentication: true,
    provisionVMAgent: true,
    ssh: { publicKeys: [{ path: `/home/${adminUser}/.ssh/authorized_keys`, keyData: sshPublicKey }] },
  };
}

/** Disks are encrypted on the host, caches and temporary ones too. */
export const securityProfile = { encryptionAtHost: true };

/** The console's log, kept by Azure, for machines that do not come up. */
export const diagnosticsProfile = { bootDiagnostics: { enabled: true } };

interface SingleMachine {
  hostname: string;
  part: string;
  zone?: string;
  size: string;
  subnetId: pulumi.Output<string>;
  /** Default: one of the subnet's. */
  address?: string;
  publicAddress?: network.PublicIPAddress;
  poolId?: pulumi.Output<string>;
  sshPublicKey: pulumi.Output<string>;
  userData: pulumi.Output<string>;
  disk?: compute.Disk;
  identity?: pulumi.Output<string>;
  availabilitySet?: compute.AvailabilitySet;
}

/** A virtual machine with a network interface of its own, which keeps the address when the machine is made again. */
function virtualMachine(scope: Scope, machine: SingleMachine): compute.VirtualMachine {
  const { environment, settings, opts } = scope;
  const { hostname, part, disk } = machine;
  const name = resourceName(environment, hostname);
  const nic = new network.NetworkInterface(
    hostname,
    {
      ...placed(scope, part),
      networkInterfaceName: name,
      ipConfigurations: [
        {
          name: "primary",
          subnet: { id: machine.subnetId },
          privateIPAllocationMethod: machine.address ? "Static" : "Dynamic",
          privateIPAddress: machine.address,
          publicIPAddress: machine.publicAddress && { id: machine.publicAddress.id },
          loadBalancerBackendAddressPools: machine.poolId && [{ id: machine.poolId }],
        },
      ],
    },
    opts,
  );
  return new compute.VirtualMachine(
    hostname,
    {
      ...placed(scope, part),
      vmName: name,
      zones: machine.zone ? [machine.zone] : undefined,
      availabilitySet: machine.availabilitySet && { id: machine.availabilitySet.id },
      hardwareProfile: { vmSize: machine.size },
      identity: machine.identity && { type: "UserAssigned", userAssignedIdentities: [machine.identity] },
      networkProfile: { networkInterfaces: [{ id: nic.id, primary: true }] },
      osProfile: {
        computerName: hostname,
        adminUsername: adminUser,
        customData: machine.userData.apply(encodedUserData),
        linuxConfiguration: linuxProfile(machine.sshPublicKey),
      },
      storageProfile: {
        imageReference: settings.image,
        osDisk: {
          name: `${name}-os`,
          createOption: "FromImage",
          deleteOption: "Delete",
          managedDisk: { storageAccountType: "Premium_LRS" },
        },
        dataDisks: disk && [
          { lun: 0, createOption: "Attach", deleteOption: "Detach", caching: "None", managedDisk: { id: disk.id } },
        ],
      },
      securityProfile,
      diagnosticsProfile,
    },
    { ...opts, deleteBeforeReplace: true, ignoreChanges: pinned },
  );
}

/** The machine that SSH jumps through: no containers, the only public address besides the front door's. */
export function bastionMachine(
  scope: Scope,
  subnetId: pulumi.Output<string>,
  recipe: Recipe<{ hostname: string }>,
): Bastion {
  const { environment, settings, opts } = scope;
  const hostname = "bastion";
  const publicAddress = new network.PublicIPAddress(
    "bastion-address",
    {
      ...placed(scope, hostname),
      publicIpAddressName: resourceName(environment, hostname),
      publicIPAllocationMethod: "Static",
      sku: { name: "Standard" },
      zones: allZones(settings),
    },
    opts,
  );
  const machine = virtualMachine(scope, {
    hostname,
    part: hostname,
    zone: settings.zones[0],
    size: environment.machines.bastion.size ?? defaultSizes.bastion,
    subnetId,
    publicAddress,
    sshPublicKey: recipe.sshPublicKey,
    userData: recipe.userData({ hostname }, { engine: false }),
  });
  const address = publicAddress.ipAddress.apply((text) => text ?? "");
  return { hostname, address, instance: machine.vmId };
}

export interface CoreBase {
  subnetId: pulumi.Output<string>;
  poolId: pulumi.Output<string>;
  identity: pulumi.Output<string>;
  /** In regions without zones. */
  availabilitySet?: compute.AvailabilitySet;
}

/** A core machine, whose address and data disk outlive it. */
export function coreMachine(
  scope: Scope,
  base: CoreBase,
  planned: PlannedCore,
  recipe: Recipe<PlannedCore>,
): CoreMachine {
  const { environment, settings, opts } = scope;
  const { hostname } = planned;
  const zone = settings.zones.includes(planned.zone) ? planned.zone : undefined;
  const disk = new compute.Disk(
    `${hostname}-data`,
    {
      ...placed(scope, "core"),
      diskName: `${resourceName(environment, hostname)}-data`,
      sku: { name: "Premium_LRS" },
      diskSizeGB: environment.machines.core.diskGb,
      creationData: { createOption: "Empty" },
      zones: zone ? [zone] : undefined,
      networkAccessPolicy: "DenyAll",
      publicNetworkAccess: "Disabled",
    },
    { ...opts, ...keepData(environment) },
  );
  const machine = virtualMachine(scope, {
    hostname,
    part: "core",
    zone,
    size: environment.machines.core.size ?? defaultSizes.core,
    subnetId: base.subnetId,
    address: planned.address,
    poolId: base.poolId,
    sshPublicKey: recipe.sshPublicKey,
    userData: recipe.userData(planned, { dataDisk: firstDataDisk, fallbackResolver: azureResolver }),
    disk,
    identity: base.identity,
    availabilitySet: base.availabilitySet,
  });
  return { ...planned, instance: machine.vmId, resource: machine };
}

/** Where a region has no zones: racks of its own, as many as it has. */
export function coreAvailabilitySet(scope: Scope): compute.AvailabilitySet {
  return new compute.AvailabilitySet(
    "core",
    {
      ...placed(scope, "core"),
      availabilitySetName: resourceName(scope.environment, "core"),
      platformFaultDomainCount: 2,
      platformUpdateDomainCount: 5,
      // Aligned: managed disks.
      sku: { name: "Aligned" },
    },
    scope.opts,
  );
}
