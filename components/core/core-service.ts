import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Gate, type MachineReady } from "../../provider/sdk/resources";
import type { SshTarget } from "../../provider/ssh/connection";
import type { Environment } from "../../stacks/environment";
import type { ServiceName } from "../../stacks/schema";
import type { CoreMachine } from "../clouds/cloud";
import { imageOf, type LocalSetUp } from "../images";

/** A core machine with the ways into it. */
export interface CoreHost {
  machine: CoreMachine;
  /** Docker engine of the machine. */
  docker: docker.Provider;
  ssh: pulumi.Output<SshTarget>;
  /** There when the machine can be worked with. */
  ready: MachineReady;
}

/** A file that is put into the container before it starts. */
export interface ServiceFile {
  path: string;
  content: pulumi.Input<string>;
  /** Octal, "0644" by default. */
  permissions?: string;
}

/** What one service is, on one machine: plain data, so that it can be looked at without a cloud. */
export interface ServiceSpec {
  name: ServiceName;
  /** Limit of the container unless the environment sets another. */
  memoryMb: number;
  /** Limit in cores unless the environment sets another. */
  cpus: number;
  env: Readonly<Record<string, string>>;
  /** Default: the image's own. */
  command?: readonly string[];
  /** Default: the image's own. */
  user?: string;
  /** Capabilities it keeps; all others are dropped. */
  capabilities?: readonly string[];
  files?: readonly ServiceFile[];
  /** Folders of the machine, as host path -> path in the container. */
  folders?: Readonly<Record<string, string>>;
  /** A command that succeeds in the container when the member is healthy and in sync. */
  health: readonly string[];
  stopSignal?: string;
}

export interface CoreServiceArgs {
  environment: Environment;
  local: LocalSetUp;
  hosts: readonly CoreHost[];
  /** The service on each machine. */
  spec: (machine: CoreMachine) => ServiceSpec;
  /** Services that are made before this one. */
  after?: readonly CoreService[];
}

/** Time to leave an election and to answer what is under way, before a container that goes or is replaced is killed. */
const stopGraceSeconds = 10;

/** How long a changed member may take to be healthy before the change stops. */
const gateTimeoutSeconds = 180;

/** "on-failure:10" -> its two parts; "always" has one. */
export function restartPolicy(policy: Environment["restart"]): { restart: string; maxRetryCount?: number } {
  const [restart = "always", count] = policy.split(":");
  return count ? { restart, maxRetryCount: Number(count) } : { restart };
}

/** A URL with a user and password in it. */
const withLogin = /:\/\/[^/@\s]+@/;

/** `KEY=value` for each; secret where one holds a login, since the state would show it. */
function envsOf({ env }: ServiceSpec): pulumi.Input<string[]> {
  const envs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return envs.some((line) => withLogin.test(line)) ? pulumi.secret(envs) : envs;
}

/**
 * One service on all core machines. Each container waits for the gate of the one before it, so that a change rolls
 * from machine to machine and stops at the first that does not get healthy again.
 */
export class CoreService extends pulumi.ComponentResource {
  /** Ids of the containers: they change when the service was replaced somewhere. */
  readonly instances: pulumi.Output<string>[] = [];

  constructor(name: ServiceName, args: CoreServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("drover:core:CoreService", name, {}, opts);
    let previous: Gate | undefined;
    for (const host of args.hosts) {
      const spec = args.spec(host.machine);
      const container = this.container(spec, host, args, previous);
      this.instances.push(container.id);
      previous = new Gate(
        `${spec.name}-${host.machine.hostname}`,
        {
          machine: host.ssh,
          container: spec.name,
          containerId: container.id,
          health: [...spec.health],
          timeoutSeconds: gateTimeoutSeconds,
        },
        { parent: this },
      );
    }
  }

  private container(
    spec: ServiceSpec,
    host: CoreHost,
    { environment, local, after = [] }: CoreServiceArgs,
    previous: Gate | undefined,
  ): docker.Container {
    const limits = environment.limits[spec.name];
    return new docker.Container(
      `${spec.name}-${host.machine.hostname}`,
      {
        name: spec.name,
        image: imageOf(spec.name, environment, local),
        networkMode: "host",
        ...restartPolicy(environment.restart),
        memory: limits?.memoryMb ?? spec.memoryMb,
        cpus: String(limits?.cpus ?? spec.cpus),
        capabilities: { adds: (spec.capabilities ?? []).map((name) => `CAP_${name}`), drops: ["ALL"] },
        envs: envsOf(spec),
        command: spec.command && [...spec.command],
        user: spec.user,
        stopSignal: spec.stopSignal,
        destroyGraceSeconds: stopGraceSeconds,
        uploads: spec.files?.map(({ path, content, permissions = "0644" }) => ({ file: path, content, permissions })),
        volumes: Object.entries(spec.folders ?? {}).map(([hostPath, containerPath]) => ({ hostPath, containerPath })),
        healthcheck: {
          tests: ["CMD", ...spec.health],
          interval: "30s",
          timeout: "10s",
          retries: 3,
          startPeriod: "60s",
        },
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        labels: [
          { label: "drover.stack", value: environment.name },
          { label: "drover.service", value: spec.name },
        ],
      },
      {
        parent: this,
        provider: host.docker,
        deletedWith: host.machine.resource,
        dependsOn: [...(previous ? [previous] : []), ...after],
        deleteBeforeReplace: true,
      },
    );
  }
}
