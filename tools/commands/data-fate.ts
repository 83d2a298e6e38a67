import { keepsBlockVolumes, plannedVolumes } from "../../components/clouds/block-volume-rules";
import { blockStore, dataDisk } from "../../components/clouds/disk-names";
import type { Environment } from "../../stacks/environment";

/** What becomes of a cluster's data when the cluster goes. */
export interface DataFate {
  /** Docker volumes that stay. */
  kept: ReadonlySet<string>;
  /** For whoever takes the cluster down. */
  lines: readonly string[];
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? `: ${names.join(", ")}` : "";
}

/** Machines on this computer: their disks, and the store that block volumes are in, are Docker volumes. */
function onDocker(environment: Environment, there: ReadonlySet<string>): DataFate {
  const { name, core, purpose } = environment;
  const disks = core.map(({ hostname }) => dataDisk(name, hostname)).filter((disk) => there.has(disk));
  const stores = [blockStore(name)].filter((store) => there.has(store));
  const declared = plannedVolumes(environment).map((volume) => volume.name);
  const [keepsDisks, keepsStores] = [purpose === "production", keepsBlockVolumes(environment)];
  const kept = [...(keepsDisks ? disks : []), ...(keepsStores ? stores : [])];
  const gone = [
    ...(!keepsDisks && disks.length > 0 ? [`${disks.join(", ")} (ZooKeeper, shared volume)`] : []),
    ...(!keepsStores && stores.length > 0 ? [`${stores.join(", ")} (block volumes${listed(declared)})`] : []),
  ];
  return {
    kept: new Set(kept),
    lines: [
      ...(gone.length > 0 ? [`the data goes too, for good: ${gone.join("; ")}`] : []),
      ...(kept.length > 0 ? [`the data stays: ${kept.join(", ")}; \`docker volume rm\` removes it for good`] : []),
    ],
  };
}

/** What volumes that tasks have made become, which no stack knows of. */
const ofTasks = {
  azure: (environment: Environment) =>
    keepsBlockVolumes(environment)
      ? "block volumes that tasks made stay, with the resource group"
      : "block volumes that tasks made go with the resource group",
  openstack: ({ name }: Environment) =>
    `block volumes that tasks made stay: \`openstack volume list --property drover-cluster=${name}\``,
};

/** @param there names of the Docker volumes on this computer */
export function dataFate(environment: Environment, there: ReadonlySet<string>): DataFate {
  const { cloud, purpose } = environment;
  if (cloud === "docker") return onDocker(environment, there);
  // Production's data is protected: nothing is taken down before that is lifted.
  if (purpose === "production") return { kept: new Set(), lines: [] };
  const declared = plannedVolumes(environment);
  const kept = declared.filter(({ protect }) => protect).map((volume) => volume.name);
  const gone = declared.filter(({ protect }) => !protect).map((volume) => volume.name);
  const volumes = gone.length > 0 ? `, declared block volumes${listed(gone)}` : "";
  return {
    kept: new Set(),
    lines: [
      `the data goes too, for good: data disks of the core machines (ZooKeeper, shared volume)${volumes}`,
      ...(kept.length > 0 ? [`declared block volumes that are protected stay${listed(kept)}`] : []),
      ofTasks[cloud](environment),
    ],
  };
}
