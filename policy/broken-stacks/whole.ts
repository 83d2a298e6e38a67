import { azure, openStack, resource } from "../test-stacks";
import { type Broken, withInputs, without, withResource } from "./break";

/** Data, names, numbers, and what an update takes away. */
export const brokenWholes: Broken[] = [
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
        sku: { name: "Basic" },
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
    "a data volume in another zone, and smaller",
    withInputs(openStack(), "ops120-data", { availabilityZone: "a", size: 64 }),
    [
      "replaced-data: the data volume ops120-data would be made again without what is on it, because of another availabilityZone, size; if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "a disk of another name",
    withInputs(azure(), "ops100-data", { diskName: "drover-prod-other", diskSizeGB: 256 }),
    [
      "replaced-data: the data volume ops100-data would be made again without what is on it, because of another diskName; if that is meant, set drover:policy.confirmRemoval to true for this update",
    ],
  ],
  [
    "data that goes with its machine",
    withInputs(openStack(), "ops110", {
      blockDevices: [{ bootIndex: 0 }, { uuid: "volume", bootIndex: -1, deleteOnTermination: true }],
    }),
    [
      "protected-data: a data disk of ops110 is deleted when the machine is: make it a resource of its own, attached to the machine",
    ],
  ],
  [
    "a data disk of a machine's own (Azure)",
    withInputs(
      azure(),
      "ops110",
      { storageProfile: { dataDisks: [{ lun: 0, createOption: "Empty", diskSizeGB: 128 }] } },
      "VirtualMachine",
    ),
    [
      "protected-data: a data disk of ops110 is deleted when the machine is: make it a resource of its own, attached to the machine",
    ],
  ],
  [
    "more than the budget",
    withInputs(azure(), "pool-slave", { sku: { name: "Standard_D16s_v5", capacity: 4 } }),
    [
      "budget: the estimated cost of 2726 USD a month is above the budget of 2000 (drover:policy.monthlyBudget, prices: rough figures of 2026-11, not looked up in a price list)",
    ],
  ],
  [
    "a size without a price",
    withInputs(azure(), "pool-slave", { sku: { name: "Standard_M416ms_v2", capacity: 4 } }),
    [
      "budget: no price for Standard_M416ms_v2: set drover:policy.prices, in US dollars a month, or there is no estimate",
    ],
  ],
];
