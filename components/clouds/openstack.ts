import { existsSync, readFileSync } from "node:fs";
import * as compute from "@pulumi/openstack/compute";
import * as identity from "@pulumi/openstack/identity";
import * as images from "@pulumi/openstack/images";
import type * as networking from "@pulumi/openstack/networking";
import { Provider } from "@pulumi/openstack/provider";
import * as pulumi from "@pulumi/pulumi";
import type { OpenStackSettings } from "../../stacks/cloud-schema";
import type { Environment, PlannedCore, PlannedSlave } from "../../stacks/environment";
import type { LocalSetUp } from "../images";
import { cinderFiles } from "../slaves/volume-driver";
import type { PlannedVolume } from "./block-volume-rules";
import {
  type Bastion,
  type Cloud,
  type CoreMachine,
  type FrontDoor,
  type Recipe,
  type Slaves,
  withParts,
} from "./cloud";
import { cinderVolume } from "./openstack/block-volume";
import { keepalivedFrontDoor, octaviaFrontDoor, virtualAddress } from "./openstack/front-door";
import { bastionMachine, coreMachine, type MachineBase, slaveMachine } from "./openstack/machines";
import { type ClusterNetwork, clusterNetwork } from "./openstack/network";
import type { Scope } from "./openstack/scope";
import { cinderEnv, keystoneUrl, volumeAccessRules } from "./openstack/volume-access";
import { publishImages } from "./publish";
import { commonProblems, resourceName, sectionOf } from "./settings";

export interface OpenStackCloudArgs {
  environment: Environment;
}

/** Machines as OpenStack instances: Nova, Neutron, Cinder, and Octavia where there is one. */
export class OpenStackCloud extends pulumi.ComponentResource implements Cloud {
  readonly resolvers: readonly string[];
  readonly plansSlaves = true;
  /** What services/volumes on the slaves logs in with: it can handle volumes, and nothing else. */
  readonly volumeCredential: identity.ApplicationCredential;

  private readonly environment: Environment;
  private readonly scope: Scope;
  private readonly network: ClusterNetwork;
  private readonly imageId: pulumi.Output<string>;
  private keyPair: compute.Keypair | undefined;
  private virtual: networking.Port | undefined;
  private published: pulumi.Resource[] = [];
  /** Slaves go before the volumes that they use. */
  private readonly blockVolumes: pulumi.Resource[] = [];

  constructor(name: string, { environment }: OpenStackCloudArgs, opts?: pulumi.ComponentResourceOptions) {
    const settings = sectionOf(environment, "openstack");
    check(environment, settings);
    super("drover:clouds:OpenStackCloud", name, {}, opts);
    this.environment = environment;
    this.resolvers = environment.dns.forwarders ?? [];
    const { cloud, region, caFile } = settings;
    // What is not given here, the provider takes from clouds.yaml or the OS_… variables.
    const provider = new Provider("openstack", { cloud, region, cacertFile: caFile }, { parent: this });
    this.scope = { environment, settings, opts: { parent: this, provider } };

    this.network = clusterNetwork(this.scope, this.resolvers);
    this.imageId = images.getImageOutput({ name: settings.image, mostRecent: true }, this.scope.opts).id;
    this.volumeCredential = new identity.ApplicationCredential(
      "volumes",
      {
        name: resourceName(environment, "volumes"),
        description: "Volumes of the cluster's tasks: create, attach, detach, delete",
        accessRules: volumeAccessRules,
      },
      { ...this.scope.opts, additionalSecretOutputs: ["secret"] },
    );
    if (settings.loadBalancer === "keepalived") this.virtual = virtualAddress(this.scope, this.network);
  }

  publish(local: LocalSetUp, needed: readonly string[]): LocalSetUp {
    const { server = "", username, password } = this.environment.registry ?? {};
    const login = username && password ? { username, password } : undefined;
    const published = publishImages(local, needed, { server, login }, { parent: this });
    this.published = published.pushed;
    return published.local;
  }

  bastion(recipe: Recipe<{ hostname: string }>): Bastion {
    return bastionMachine(this.scope, this.base(recipe), recipe);
  }

  coreMachines(recipe: Recipe<PlannedCore>): CoreMachine[] {
    const group = this.serverGroup("core", "anti-affinity");
    const base = { ...this.base(recipe), group };
    const [resolver = ""] = this.resolvers;
    return this.environment.core.map((planned) => coreMachine(this.scope, base, planned, recipe, resolver));
  }

  frontDoor(core: readonly CoreMachine[]): FrontDoor {
    return this.virtual
      ? keepalivedFrontDoor(this.scope, this.network, this.virtual)
      : octaviaFrontDoor(this.scope, this.network, core);
  }

  blockVolume(volume: PlannedVolume): void {
    this.blockVolumes.push(cinderVolume(this.scope, volume));
  }

  slaves(recipe: Recipe<PlannedSlave>): Slaves {
    const after = [this.network.router, ...this.published, ...this.blockVolumes];
    const withVolumes = this.withVolumes(recipe);
    const machines = this.environment.pools.flatMap((pool) => {
      // Spread as far as hypervisors go, and doubled up on rather than refused.
      const group = this.serverGroup(`pool-${pool.name}`, "soft-anti-affinity");
      const base = { ...this.base(recipe), group };
      return pool.slaves.map((planned) => slaveMachine(this.scope, base, pool, planned, withVolumes, after));
    });
    const { id, secret } = this.volumeCredential;
    const files = pulumi.all({ [cinderFiles.credentialId]: id, [cinderFiles.credentialSecret]: secret });
    return {
      machines,
      number: machines.length,
      instances: machines.map(({ instance }) => instance),
      secrets: { files, unit: "volumes.service" },
    };
  }

  /** A recipe for slaves whose volume driver knows where to log in. */
  private withVolumes(recipe: Recipe<PlannedSlave>): Recipe<PlannedSlave> {
    const { region, caFile } = this.scope.settings;
    const authority = caFile && { path: cinderFiles.authority, content: readFileSync(caFile, "utf8") };
    const { serviceCatalogs } = identity.getAuthScopeOutput({ name: "drover" }, this.scope.opts);
    return {
      ...recipe,
      userData: (slave, parts) =>
        serviceCatalogs.apply((catalog) =>
          recipe.userData(
            slave,
            withParts(parts, {
              files: authority ? [authority] : [],
              volumesEnv: cinderEnv(keystoneUrl(catalog, region), region, authority !== undefined),
            }),
          ),
        ),
    };
  }

  /** What all machines share; the key pair is made with the first of them. */
  private base({ sshPublicKey }: Pick<Recipe<unknown>, "sshPublicKey">): MachineBase {
    const name = resourceName(this.environment, "key");
    this.keyPair ??= new compute.Keypair("key", { name, publicKey: sshPublicKey }, this.scope.opts);
    return { network: this.network, keyPair: this.keyPair, imageId: this.imageId };
  }

  private serverGroup(part: string, policy: string): compute.ServerGroup {
    const name = resourceName(this.environment, part);
    return new compute.ServerGroup(part, { name, policies: [policy] }, this.scope.opts);
  }
}

/** What OpenStack asks of an environment, all at once. */
function check(environment: Environment, settings: OpenStackSettings): void {
  const { machines, pools, dns, registry } = environment;
  const problems = commonProblems(environment, settings.zones);
  const flavor = "nothing is not allowed; it must be: the name of a flavour of this cloud (`openstack flavor list`)";
  problems.unless(machines.core.size !== undefined, `drover:machines.core.size: ${flavor}`);
  problems.unless(machines.bastion.size !== undefined, `drover:machines.bastion.size: ${flavor}`);
  problems.unless(
    machines.slave.size !== undefined || pools.every(({ size }) => size !== undefined),
    `drover:machines.slave.size: ${flavor}`,
  );
  problems.unless(
    (dns.forwarders?.length ?? 0) > 0,
    "drover:dns.forwarders: nothing is not allowed; it must name resolvers that machines of this cloud can ask",
  );
  problems.unless(
    registry !== undefined,
    "drover:registry: nothing is not allowed; OpenStack has no registry of its own for Drover's images",
  );
  const { caFile } = settings;
  problems.unless(
    caFile === undefined || existsSync(caFile),
    `drover:openstack.caFile: ${JSON.stringify(caFile)} is not allowed; it must be: a file on this computer`,
  );
  for (const pool of pools) {
    problems.unless(!pool.spot, `drover:pools.${pool.name}.spot: true is not allowed; OpenStack has no spot machines`);
  }
  problems.throw();
}
