import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { ClusterReady, Identity, MachineReady } from "../provider/sdk/resources";
import type { Environment } from "../stacks/environment";
import { type ServiceName, serviceNames } from "../stacks/schema";
import { renderUserData } from "../templates/cloud-init/user-data";
import type { Cloud, CoreMachine, FrontDoor, Machine } from "./clouds/cloud";
import { zooKeeperServers } from "./core/addresses";
import { type CoreHost, CoreService } from "./core/core-service";
import { coreServices } from "./core/services";
import { imageOf, type LocalSetUp } from "./images";
import { slaveUserData } from "./slaves/slave";
import { sshOptions, sshTarget } from "./ssh-access";

export interface ClusterArgs {
  environment: Environment;
  cloud: Cloud;
  local: LocalSetUp;
}

/** How long a machine may take from its start until SSH and Docker answer. */
const machineTimeoutSeconds = 180;

/** A whole cluster: identity, core machines, core services, front door, slaves, and the wait until all of it answers. */
export class Cluster extends pulumi.ComponentResource {
  readonly identity: Identity;
  readonly core: readonly CoreMachine[];
  readonly door: FrontDoor;
  readonly slaves: readonly Machine[];
  readonly ready: ClusterReady;

  private readonly environment: Environment;
  private readonly local: LocalSetUp;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:index:Cluster", name, {}, opts);
    const { environment, cloud } = args;
    this.environment = environment;
    this.local = args.local;

    this.identity = new Identity("identity", { cluster: name, domain: environment.domain }, { parent: this });
    const key = this.identity.sshPublicKey;

    this.core = cloud.coreMachines((machine) =>
      key.apply((sshPublicKey) =>
        renderUserData({
          hostname: machine.hostname,
          domain: environment.domain,
          resolvers: environment.core.map(({ address }) => address),
          sshPublicKey,
        }),
      ),
    );
    const hosts = this.core.map((machine) => this.host(machine));
    const services = this.services(hosts, cloud);

    this.door = cloud.frontDoor(this.core);

    this.slaves = cloud.slaves((slave) =>
      key.apply((sshPublicKey) =>
        slaveUserData(slave, {
          environment,
          sshPublicKey,
          imageOf: (service) => imageOf(service, environment, args.local),
        }),
      ),
    );

    this.ready = this.waitReady(hosts, services);
  }

  /** The ways into a core machine, open once it can be worked with. */
  private host(machine: CoreMachine): CoreHost {
    const { environment, local } = this;
    const ssh = sshTarget(environment.name, machine, this.identity);
    const built = new Set(Object.values(local.images));
    const ready = new MachineReady(
      `ready-${machine.hostname}`,
      {
        machine: ssh,
        machineId: machine.instance,
        images: serviceNames.map((service) => imageOf(service, environment, local)).filter((image) => built.has(image)),
        timeoutSeconds: machineTimeoutSeconds,
      },
      { parent: this },
    );
    const engine = new docker.Provider(
      machine.hostname,
      {
        host: `ssh://drover@${machine.address}:22`,
        sshOpts: sshOptions(environment.name, machine, this.identity),
        disableDockerDaemonCheck: true,
      },
      { parent: this, dependsOn: ready },
    );
    return { machine, docker: engine, ssh };
  }

  private services(hosts: readonly CoreHost[], cloud: Cloud): CoreService[] {
    const { environment, local, identity } = this;
    const authorization = pulumi
      .all([identity.username, identity.password])
      .apply(([user, password]) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`);
    const planned = coreServices({
      environment,
      forwarders: environment.dns.forwarders ?? cloud.resolvers,
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
    const machines = [...this.core, ...this.slaves];
    const instances = [
      ...machines.map(({ instance }) => instance),
      ...services.flatMap((service) => service.instances),
    ];
    return new ClusterReady(
      "ready",
      {
        core: pulumi.all(hosts.map(({ ssh }) => ssh)),
        slaves: environment.slaves.map(({ hostname, address }) => ({ hostname, address })),
        frontDoor: this.identity.caCertificate.apply((caCertificate) => ({
          address: door.address,
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

  /** URLs that a browser on the user's machine can open, once everything answers. */
  endpoints(): Record<string, string> {
    const { domain } = this.environment;
    const port = this.door.httpsPort === 443 ? "" : `:${this.door.httpsPort}`;
    const url = (name: string) => `https://${name}.${domain}${port}`;
    return { frontDoor: `https://${domain}${port}`, mesos: url("mesos"), marathon: url("marathon") };
  }

  zooKeeper(): string {
    return zooKeeperServers(this.core);
  }
}
