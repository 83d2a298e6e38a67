import * as compute from "@pulumi/azure-native/compute";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedPool, PlannedSlave } from "../../../stacks/environment";
import { self } from "../../../templates/cloud-init/self";
import { adminUser } from "../../../templates/cloud-init/user-data";
import type { Recipe } from "../cloud";
import { resourceName } from "../settings";
import { encodedUserData } from "../user-data-limit";
import type { SlaveBalancer } from "./balancers";
import { defaultSizes, diagnosticsProfile, linuxProfile, securityProfile } from "./machines";
import { placed, type Scope } from "./scope";

/** What the pools share. */
export interface PoolBase {
  subnetId: pulumi.Output<string>;
  balancer: SlaveBalancer;
  identity: pulumi.Output<string>;
  /** What must be there before the first slave boots. */
  after: pulumi.Resource[];
}

/** How long a slave is told before it is taken away, and how long a new one may take before its health counts. */
const terminationNotice = "PT10M";
const repairGrace = "PT30M";

/** A slave as all members of a scale set see themselves until they boot. */
function anyMember(pool: PlannedPool): PlannedSlave {
  const { hostname, address, zone } = self;
  return { role: "slave", hostname, address, zone, attributes: pool.attributes };
}

/**
 * Where a size keeps an operating system that needs no disk of its own: sizes with a d have a local disk, NVMe from
 * version 6 on; those of version 3 and before with an s have a cache. Others have neither.
 */
export function ephemeralPlacement(size: string): "ResourceDisk" | "NvmeDisk" | "CacheDisk" | undefined {
  const match = /^Standard_[A-Z]+\d+(?:-\d+)?([a-z]*)(?:_v(\d+))?$/.exec(size);
  if (!match) return undefined;
  const [, letters = "", versionText = "1"] = match;
  const version = Number(versionText);
  if (letters.includes("d") && version >= 4) return version >= 6 ? "NvmeDisk" : "ResourceDisk";
  return letters.includes("s") && version <= 3 && !size.startsWith("Standard_B") ? "CacheDisk" : undefined;
}

/** The disk that a slave boots from: nothing on it is worth keeping. */
function rootDisk(size: string, diskSizeGB: number) {
  const placement = ephemeralPlacement(size);
  return placement
    ? {
        createOption: "FromImage",
        caching: compute.CachingTypes.ReadOnly,
        diskSizeGB,
        diffDiskSettings: { option: "Local", placement },
      }
    : { createOption: "FromImage", diskSizeGB, managedDisk: { storageAccountType: "Premium_LRS" } };
}

/** A pool of slaves: as many machines as its capacity says, repaired and replaced by Azure. */
export function slavePool(
  scope: Scope,
  pool: PlannedPool,
  base: PoolBase,
  recipe: Recipe<PlannedSlave>,
): compute.VirtualMachineScaleSet {
  const { environment, settings, opts } = scope;
  const part = `pool-${pool.name}`;
  const size = pool.size ?? environment.machines.slave.size ?? defaultSizes.slave;
  return new compute.VirtualMachineScaleSet(
    part,
    {
      ...placed(scope, part),
      vmScaleSetName: resourceName(environment, part),
      orchestrationMode: "Uniform",
      sku: { name: size, tier: "Standard", capacity: pool.slaves.length },
      zones: pool.zones.length > 0 ? [...pool.zones] : undefined,
      // In zones Azure spreads over as many racks as it can; without, over five.
      platformFaultDomainCount: pool.zones.length > 0 ? 1 : 5,
      singlePlacementGroup: false,
      overprovision: false,
      identity: { type: "UserAssigned", userAssignedIdentities: [base.identity] },
      automaticRepairsPolicy: { enabled: true, gracePeriod: repairGrace, repairAction: "Replace" },
      upgradePolicy: {
        mode: "Rolling",
        rollingUpgradePolicy: {
          maxBatchInstancePercent: 20,
          maxUnhealthyInstancePercent: 20,
          maxUnhealthyUpgradedInstancePercent: 20,
          pauseTimeBetweenBatches: "PT1M",
        },
      },
      virtualMachineProfile: {
        ...(pool.spot && { priority: "Spot", evictionPolicy: "Delete", billingProfile: { maxPrice: -1 } }),
        osProfile: {
          computerNamePrefix: `${pool.name}-`,
          adminUsername: adminUser,
          customData: recipe.userData(anyMember(pool)).apply(encodedUserData),
          linuxConfiguration: linuxProfile(recipe.sshPublicKey),
        },
        storageProfile: {
          imageReference: settings.image,
          osDisk: rootDisk(size, environment.machines.slave.diskGb),
        },
        networkProfile: {
          healthProbe: { id: base.balancer.probeId },
          networkInterfaceConfigurations: [
            {
              name: "primary",
              primary: true,
              ipConfigurations: [
                {
                  name: "primary",
                  primary: true,
                  subnet: { id: base.subnetId },
                  loadBalancerBackendAddressPools: [{ id: base.balancer.poolId }],
                },
              ],
            },
          ],
        },
        scheduledEventsProfile: {
          terminateNotificationProfile: { enable: true, notBeforeTimeout: terminationNotice },
        },
        securityProfile,
        diagnosticsProfile,
      },
    },
    { ...opts, dependsOn: base.after },
  );
}
