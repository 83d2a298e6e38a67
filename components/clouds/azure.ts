import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { AzureSettings } from "../../stacks/cloud-schema";
import type { Environment, PlannedCore, PlannedSlave } from "../../stacks/environment";
import { proxyVariables } from "../../templates/cloud-init/mirrors";
import { registryLogin } from "../../templates/cloud-init/registry-login";
import type { LocalSetUp } from "../images";
import { mirrorsOf } from "../mirrors";
import { type Identities, identities, type OwnRegistry, ownRegistry } from "./azure/access";
import { type FrontDoorBalancer, frontDoorBalancer, slaveBalancer } from "./azure/balancers";
import { managedDisk } from "./azure/block-volume";
import { azureResolver, bastionMachine, coreAvailabilitySet, coreMachine } from "./azure/machines";
import { type ClusterNetwork, clusterNetwork, longestPrefix, slaveRoom } from "./azure/network";
import { slavePool } from "./azure/scale-set";
import type { Scope } from "./azure/scope";
import { keepsBlockVolumes, type PlannedVolume } from "./block-volume-rules";
import type { Bastion, Cloud, CoreMachine, FrontDoor, MachineParts, Recipe, Slaves } from "./cloud";
import { publishImages } from "./publish";
import { commonProblems, keptIf, resourceName, sectionOf, tagsOf } from "./settings";

export interface AzureCloudArgs {
  environment: Environment;
}

/** Machines on Azure: core machines one by one, slaves in scale sets that are as large as a number says. */
export class AzureCloud extends pulumi.ComponentResource implements Cloud {
  readonly resolvers = [azureResolver];
  readonly plansSlaves = false;

  private readonly environment: Environment;
  private readonly scope: Scope;
  private readonly network: ClusterNetwork;
  private readonly door: FrontDoorBalancer;
  private readonly identities: Identities;
  /** None when the environment names another. */
  private readonly registry: OwnRegistry | undefined;
  private published: pulumi.Resource[] = [];
  /** Slaves go before the volumes that they use. */
  private readonly blockVolumes: pulumi.Resource[] = [];

  constructor(name: string, { environment }: AzureCloudArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = sectionOf(environment, "azure");
    check(environment, settings);
    super("drover:clouds:AzureCloud", name, {}, opts);
    this.environment = environment;
    const group = new ResourceGroup(
      "group",
      {
        resourceGroupName: settings.resourceGroup ?? `drover-${environment.name}`,
        location: settings.location,
        tags: tagsOf(environment, "group"),
      },
      // With the group everything in it would go, kept disks too.
      { parent: this, ...keptIf(keepsBlockVolumes(environment)) },
    );
    this.scope = { environment, settings, group, opts: { parent: this } };
    this.network = clusterNetwork(this.scope);
    this.door = frontDoorBalancer(this.scope);
    this.identities = identities(this.scope);
    this.registry = environment.registry ? undefined : ownRegistry(this.scope, this.identities);
  }

  publish(local: LocalSetUp, needed: readonly string[]): LocalSetUp {
    const { server = "", username, password } = this.environment.registry ?? {};
    const login = username && password ? { username, password } : undefined;
    const published = publishImages(local, needed, this.registry ?? { server, login }, { parent: this });
    this.published = published.pushed;
    return published.local;
  }

  bastion(recipe: Recipe<{ hostname: string }>): Bastion {
    return bastionMachine(this.scope, this.network.bastion, recipe);
  }

  coreMachines(recipe: Recipe<PlannedCore>): CoreMachine[] {
    const { scope, network, door } = this;
    const base = {
      subnetId: network.core,
      poolId: door.poolId,
      identity: this.identities.core.id,
      availabilitySet: scope.settings.zones.length > 0 ? undefined : coreAvailabilitySet(scope),
    };
    return this.environment.core.map((planned) => coreMachine(scope, base, planned, this.withLogin("core", recipe)));
  }

  frontDoor(): FrontDoor {
    const address = this.door.address.ipAddress.apply((text) => text ?? "");
    return { address, httpPort: 80, httpsPort: 443, instance: this.door.balancer.id };
  }

  blockVolume(volume: PlannedVolume): void {
    this.blockVolumes.push(managedDisk(this.scope, volume));
  }

  slaves(recipe: Recipe<PlannedSlave>): Slaves {
    const base = {
      subnetId: this.network.slaves,
      balancer: slaveBalancer(this.scope, this.network.slaves),
      identity: this.identities.slaves.id,
      after: [...this.published, ...this.blockVolumes, ...(this.registry?.grants ?? [])],
    };
    const sets = this.environment.pools.map((pool) =>
      slavePool(this.scope, pool, base, this.withVolumes(this.withLogin("slaves", recipe))),
    );
    return { machines: [], number: this.environment.slaves.length, instances: sets.map(({ id }) => id) };
  }

  /** A recipe for slaves whose volume driver acts as what they are. */
  private withVolumes(recipe: Recipe<PlannedSlave>): Recipe<PlannedSlave> {
    return {
      ...recipe,
      userData: (slave, parts) =>
        this.identities.slaves.clientId.apply((id) =>
          recipe.userData(slave, { ...parts, volumesEnv: { VOLUMES_AZURE_CLIENT_ID: id } }),
        ),
    };
  }

  /** A recipe for machines that log in to the stack's registry as what they are. */
  private withLogin<Planned>(role: keyof Identities, recipe: Recipe<Planned>): Recipe<Planned> {
    const { registry, environment } = this;
    if (!registry) return recipe;
    const proxy = proxyVariables(mirrorsOf(environment));
    return {
      ...recipe,
      userData: (machine, parts?: MachineParts) =>
        this.identities[role].clientId.apply((clientId) =>
          recipe.userData(machine, { ...parts, ...registryLogin(registry.server, clientId, proxy) }),
        ),
    };
  }
}

/** The length that Azure allows for names of virtual machines; ours are made of the environment's and the machine's. */
const nameLimit = 64;

/** What Azure asks of an environment, all at once. */
function check(environment: Environment, settings: AzureSettings): void {
  const { subnet, core, pools, slaves } = environment;
  const problems = commonProblems(environment, settings.zones);
  problems.unless(
    subnet.prefix <= longestPrefix,
    `drover:network.subnet: ${subnet.cidr} is not allowed; Azure needs room for three subnets: /${longestPrefix} or larger`,
  );
  problems.unless(
    subnet.prefix > longestPrefix || slaves.length <= slaveRoom(subnet),
    `drover:network.subnet: ${subnet.cidr} is too small: slaves have half of it, ${slaveRoom(subnet)} addresses, and there are to be ${slaves.length}`,
  );
  for (const { hostname } of core) {
    const name = resourceName(environment, hostname);
    problems.unless(
      name.length <= nameLimit,
      `drover:core.${hostname}: ${name} has ${name.length} characters and Azure allows ${nameLimit}`,
    );
  }
  for (const pool of pools) {
    problems.unless(
      /^[a-z][a-z0-9-]{0,40}$/.test(pool.name),
      `drover:pools.${pool.name}: a pool's name on Azure begins with a letter and has at most 41 characters`,
    );
  }
  problems.throw();
}
