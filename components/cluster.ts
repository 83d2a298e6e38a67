import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ClusterReady, Identity, MachineFiles, MachineReady, MarathonApp } from "../provider/sdk/resources";
import type { Environment } from "../stacks/environment";
import type { ServiceName } from "../stacks/schema";
import { renderUserData } from "../templates/cloud-init/user-data";
import { glusterServer, type StorageTls } from "../templates/storage/glusterd";
import { chronosApp } from "./chronos-app";
import { plannedVolumes } from "./clouds/block-volume-rules";
import {
  type Bastion,
  type Cloud,
  type CoreMachine,
  type FrontDoor,
  type MachineParts,
  type Recipe,
  type SlaveSecrets,
  type Slaves,
  withParts,
} from "./clouds/cloud";
import { zooKeeperServers } from "./core/addresses";
import { type CoreHost, CoreService } from "./core/core-service";
import { coreServices } from "./core/services";
import { builtImages, imageOf, type LocalSetUp } from "./images";
import { common, slaveUserData } from "./slaves/slave";
import { sshOptions, sshTarget } from "./ssh-access";
import { makeSharedVolume, storageTls } from "./storage/shared-volume";

export interface ClusterArgs {
  environment: Environment;
  cloud: Cloud;
  local: LocalSetUp;
}

/** A whole cluster: identity, core machines, core services, front door, slaves, and the wait until all of it answers. */
export class Cluster extends pulumi.ComponentResource {
  readonly identity: Identity;
  readonly bastion: Bastion | undefined;
  readonly core: readonly CoreMachine[];
  readonly door: FrontDoor;
  readonly slaves: Slaves;
  readonly ready: ClusterReady;

  private readonly environment: Environment;
  private readonly local: LocalSetUp;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:index:Cluster", name, {}, opts);
    const { environment, cloud } = args;
    this.environment = environment;
    this.local = cloud.publish(args.local, builtImages(environment, args.local));

    this.identity = new Identity("identity", { cluster: name, domain: environment.domain }, { parent: this });
    const plain = (machine: { hostname: string }, sshPublicKey: string, parts?: MachineParts) =>
      renderUserData({ ...common(environment, sshPublicKey), hostname: machine.hostname, ...parts });

    this.bastion = cloud.bastion(
      this.recipe((machine, key, parts) => plain(machine, key, { engine: false, ...parts })),
    );
    const tls = (side: "server" | "client") => storageTls(side, environment, this.identity, { parent: this });
    const [serverTls, clientTls] = [tls("server"), tls("client")];
    this.core = cloud.coreMachines(
      this.recipe(
        (machine, key, parts, storage) =>
          plain(machine, key, environment.sharedVolume.enabled ? withParts(parts, glusterServer(storage)) : parts),
        serverTls,
      ),
    );
    const hosts = this.core.map((machine) => this.host(machine));
    const services = this.services(hosts, cloud);
    if (environment.sharedVolume.enabled) makeSharedVolume(environment, hosts, { parent: this });

    this.door = cloud.frontDoor(this.core);

    for (const volume of plannedVolumes(environment)) cloud.blockVolume(volume);

    this.slaves = cloud.slaves(
      this.recipe(
        (slave, sshPublicKey, parts, storage) =>
          slaveUserData(slave, {
            environment,
            sshPublicKey,
            imageOf: (service) => imageOf(service, environment, this.local),
            storageTls: storage,
            parts,
          }),
        clientTls,
      ),
    );

    if (this.slaves.secrets) this.bring(this.slaves.secrets);

    this.ready = this.waitReady(hosts, services);
    if (environment.chronos.placement === "marathon") this.chronosOnMarathon(hosts);
  }

  /** What a cloud makes machines from: their user data, once the cluster's key is known. */
  private recipe<Planned>(
    userData: (machine: Planned, sshPublicKey: string, parts?: MachineParts, storage?: StorageTls) => string,
    storage: pulumi.Output<StorageTls | undefined> = pulumi.output(undefined),
  ): Recipe<Planned> {
    const { sshPublicKey } = this.identity;
    return {
      sshPublicKey,
      userData: (machine, parts) =>
        pulumi.all([sshPublicKey, storage]).apply(([key, tls]) => userData(machine, key, parts, tls)),
    };
  }

  /** The ways into a core machine, open once it can be worked with. */
  private host(machine: CoreMachine): CoreHost {
    const { environment, local } = this;
    const ssh = sshTarget(environment.name, machine, this.identity, this.bastion);
    const ready = new MachineReady(
      `ready-${machine.hostname}`,
      {
        machine: ssh,
        machineId: machine.instance,
        images: builtImages(environment, local),
        timeoutSeconds: environment.readyTimeoutSeconds,
      },
      { parent: this },
    );
    const engine = new docker.Provider(
      machine.hostname,
      {
        host: `ssh://drover@${machine.address}:22`,
        sshOpts: sshOptions(environment.name, machine, this.identity, this.bastion),
        disableDockerDaemonCheck: true,
      },
      { parent: this, dependsOn: ready },
    );
    return { machine, docker: engine, ssh, ready };
  }

  /** Brings secrets to the slaves. They go with their machine, so that nothing has to be removed. */
  private bring({ files, unit }: SlaveSecrets): void {
    const { environment, identity, bastion } = this;
    for (const machine of this.slaves.machines) {
      new MachineFiles(
        `${machine.hostname}-secrets`,
        {
          machine: sshTarget(environment.name, machine, identity, bastion),
          machineId: machine.instance,
          files: pulumi.secret(files),
          unit,
          timeoutSeconds: environment.readyTimeoutSeconds,
        },
        { parent: this },
      );
    }
  }

  private services(hosts: readonly CoreHost[], cloud: Cloud): CoreService[] {
    const { environment, local, identity } = this;
    const authorization = pulumi
      .all([identity.username, identity.password])
      .apply(([user, password]) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);
    const planned = coreServices({
      environment,
      forwarders: environment.dns.forwarders ?? cloud.resolvers,
      plansSlaves: cloud.plansSlaves,
      frontProxy: {
        certificate: pulumi.interpolate`${identity.serverCertificate}\n${identity.caCertificate}\n${identity.serverKey}\n`,
        authorizationSha256: authorization.apply((text) => createHash("sha256").update(text).digest("hex")),
      },
    });
    const made = new Map<ServiceName, CoreService>();
    for (const { name, spec, after } of planned) {
      const before = after && made.get(after);
      const args = { environment, local, hosts, spec, after: before ? [before] : [] };
      made.set(name, new CoreService(name, args, { parent: this }));
    }
    return [...made.values()];
  }

  private waitReady(hosts: readonly CoreHost[], services: readonly CoreService[]): ClusterReady {
    const { environment, door } = this;
    const { machines: slaves, number: slaveCount } = this.slaves;
    const instances = [
      ...this.core.map(({ instance }) => instance),
      ...this.slaves.instances,
      ...services.flatMap((service) => service.instances),
    ];
    return new ClusterReady(
      "ready",
      {
        core: pulumi.all(hosts.map(({ ssh }) => ssh)),
        chronos: environment.chronos.placement,
        slaves: slaves.map(({ hostname, address }) => ({ hostname, address })),
        slaveCount,
        frontDoor: pulumi.all([this.identity.caCertificate, door.address]).apply(([caCertificate, address]) => ({
          address,
          httpsPort: door.httpsPort,
          domain: environment.domain,
          caCertificate,
        })),
        triggers: pulumi.all([...instances, door.instance]),
        timeoutSeconds: environment.readyTimeoutSeconds,
      },
      { parent: this },
    );
  }

  private chronosOnMarathon(hosts: readonly CoreHost[]): void {
    const { environment, local } = this;
    const definition = chronosApp(environment, imageOf("chronos", environment, local), this.endpoints().chronos ?? "");
    new MarathonApp(
      "chronos",
      {
        core: pulumi.all(hosts.map(({ ssh }) => ssh)),
        definition: JSON.stringify(definition),
        timeoutSeconds: environment.readyTimeoutSeconds,
      },
      { parent: this, dependsOn: this.ready },
    );
  }

  /** URLs that a browser on the user's machine can open, once everything answers. */
  endpoints(): Record<string, string> {
    const { domain } = this.environment;
    const port = this.door.httpsPort === 443 ? "" : `:${this.door.httpsPort}`;
    const url = (name: string) => `https://${name}.${domain}${port}`;
    return {
      frontDoor: `https://${domain}${port}`,
      mesos: url("mesos"),
      marathon: url("marathon"),
      chronos: url("chronos"),
    };
  }

  zooKeeper(): string {
    return zooKeeperServers(this.core);
  }
}
