import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, vi } from "vitest";
import { parse } from "yaml";
import type { LocalSetUp } from "../../components/images";
import { serviceNames } from "../../stacks/schema";

/** What the program asked Pulumi to make. */
export interface Registered {
  type: string;
  name: string;
  /** Inputs with the wrappers of secrets taken off. */
  inputs: Record<string, unknown>;
  /** Names of the inputs that are secret, or hold a secret. */
  secret: ReadonlySet<string>;
  /** Name of the explicit provider in the program; empty for the default one. */
  provider: string;
}

/** One run of index.ts: its resources by `type::name`, and its outputs. */
export interface Built {
  resources: ReadonlyMap<string, Registered>;
  outputs: Record<string, unknown>;
  secretOutputs: ReadonlySet<string>;
}

/** What stands in for the secrets: texts that can be searched for. */
export const secrets = {
  caKey: "-----SECRET-CA-KEY-----",
  serverKey: "-----SECRET-SERVER-KEY-----",
  sshPrivateKey: "-----SECRET-SSH-KEY-----",
  password: "secret-password",
  registryPassword: "secret-registry-password",
  volumeSecret: "secret-of-the-volume-driver",
};

/** State folder of the runs: the program writes the SSH key there. */
const state = mkdtempSync(join(tmpdir(), "drover-program-"));
afterAll(() => rmSync(state, { recursive: true }));

/** What functions of the clouds answer. */
const answers: Record<string, object> = {
  "openstack:networking/getNetwork:getNetwork": { id: "external-network" },
  "openstack:images/getImage:getImage": { id: "debian-image" },
  "openstack:identity/getAuthScope:getAuthScope": {
    serviceCatalogs: [
      {
        type: "identity",
        endpoints: [{ interface: "public", region: "RegionOne", url: "https://keystone.example:5000" }],
      },
    ],
  },
  "azure-native:containerregistry:listRegistryCredentials": {
    username: "registry",
    passwords: [{ name: "password", value: secrets.registryPassword }],
  },
};

/** Outputs of the identity that are not secret. */
export const identity = {
  caCertificate: "CA certificate",
  serverCertificate: "server certificate",
  serverNotAfter: "2099-01-01T00:00:00Z",
  sshPublicKey: "ssh-ed25519 AAAA drover",
  username: "admin",
};

/** Images as set-up would have left them; `digest` stands for their content. */
function setUp(digest: string): LocalSetUp {
  const images = Object.fromEntries(serviceNames.map((name) => [name, `drover/${name}:${digest}`]));
  const machine = "drover/machine:0123456789ab";
  return { sources: digest, store: `drover-images-${digest}`, cgroupVersion: 1, images: { ...images, machine } };
}

/** The shipped configuration of an environment. */
export function shipped(stack: string): Record<string, unknown> {
  return (parse(readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8")) as { config: Record<string, unknown> }).config;
}

/** Takes the wrapper off a property's value when it is a secret. */
function unwrapped(value: unknown): unknown {
  return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
}

/** What a provider would answer with, besides the inputs. */
function computed({ type, name, inputs }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  switch (type) {
    case "drover:index:Identity":
      return { ...identity, ...Object.fromEntries(Object.entries(secrets).map(([k, v]) => [k, pulumi.secret(v)])) };
    case "docker:index/volume:Volume":
      return { mountpoint: `/var/lib/docker/volumes/${inputs.name}/_data` };
    case "openstack:networking/floatingIp:FloatingIp":
      return { address: `198.51.100.${inputs.description.endsWith("bastion") ? 1 : 2}` };
    case "openstack:loadbalancer/loadBalancer:LoadBalancer":
      return { vipPortId: "vip-port" };
    case "openstack:blockstorage/volume:Volume":
      return { id: `${name}-01234567890123456789` };
    case "openstack:identity/applicationCredential:ApplicationCredential":
      return { secret: secrets.volumeSecret };
    case "azure-native:network:PublicIPAddress":
      return { ipAddress: `198.51.100.${name.startsWith("bastion") ? 1 : 2}` };
    case "azure-native:resources:ResourceGroup":
      return { name: inputs.resourceGroupName };
    case "azure-native:compute:VirtualMachine":
      return { vmId: `${name}-id` };
    case "azure-native:managedidentity:UserAssignedIdentity":
      return { clientId: `${name}-client`, principalId: `${name}-principal` };
    default:
      return {};
  }
}

/**
 * Runs the whole program, index.ts, for a stack against mocks.
 * @param config the stack's configuration; the shipped one by default
 * @param digest content of the images built here, machines' excepted
 */
export async function build(
  stack: string,
  config: Readonly<Record<string, unknown>> = shipped(stack),
  digest = "0123456789ab",
): Promise<Built> {
  const resources = new Map<string, Registered>();
  const texts: Record<string, string> = {};
  writeFileSync(join(state, "images.json"), JSON.stringify(setUp(digest)));
  vi.stubEnv("DROVER_STATE_DIR", state);
  try {
    await pulumi.runtime.setMocks(
      {
        newResource(args) {
          const key = `${args.type}::${args.name}`;
          if (resources.has(key)) throw new Error(`${key} is registered twice`);
          const entries = Object.entries(args.inputs as Record<string, unknown>);
          resources.set(key, {
            type: args.type,
            name: args.name,
            inputs: Object.fromEntries(entries.map(([name, value]) => [name, unwrapped(value)])),
            secret: new Set(entries.filter(([, value]) => pulumi.runtime.isRpcSecret(value)).map(([name]) => name)),
            provider: args.provider?.split("::").at(-2) ?? "",
          });
          return { id: `${args.name}-id`, state: { ...args.inputs, ...computed(args) } };
        },
        call: ({ token }) => {
          const answer = answers[token];
          if (!answer) throw new Error(`the program calls ${token}, for which there is no mock`);
          return answer;
        },
      },
      "drover",
      stack,
    );
    for (const [key, value] of Object.entries(config)) {
      texts[key] = typeof value === "string" ? value : JSON.stringify(value);
    }
    pulumi.runtime.setAllConfig(texts);
    vi.resetModules();
    const exported: Record<string, unknown> = { ...(await import("../../index")) };
    const secretOutputs = new Set<string>();
    const outputs: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(exported)) {
      const output = pulumi.output(value);
      outputs[name] = await resolved(output);
      if (await pulumi.isSecret(output)) secretOutputs.add(name);
    }
    await pulumi.runtime.disconnect();
    return { resources, outputs, secretOutputs };
  } finally {
    vi.unstubAllEnvs();
  }
}

function resolved<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** The resources of one type, by name. */
export function ofType({ resources }: Built, type: string): Map<string, Registered> {
  return new Map([...resources.values()].filter((found) => found.type === type).map((found) => [found.name, found]));
}

/** All containers, as the docker provider is asked for them. */
export function containers(built: Built): Map<string, ContainerInputs> {
  const found = ofType(built, "docker:index/container:Container");
  return new Map([...found].map(([name, { inputs }]) => [name, inputs as unknown as ContainerInputs]));
}

/** Those inputs of a container that the tests look at. */
export interface ContainerInputs {
  name: string;
  image: string;
  memory?: number;
  cpus?: string;
  privileged?: boolean;
  restart?: string;
  mustRun?: boolean;
  logDriver?: string;
  logOpts?: Record<string, string>;
  envs?: string[];
  ports?: { ip?: string; external?: number; internal: number }[];
  volumes?: { hostPath?: string; volumeName?: string; containerPath: string; readOnly?: boolean }[];
  mounts?: unknown[];
  networksAdvanced?: { name: string; ipv4Address?: string }[];
  networkMode?: string;
  uploads?: { file: string; content: string }[];
  labels?: { label: string; value: string }[];
  capabilities?: { adds?: string[]; drops?: string[] };
}

/** The container that a machine is: the one that boots from the machine image and stays. */
export function isMachine({ image, mustRun }: ContainerInputs): boolean {
  return image.startsWith("drover/machine:") && mustRun !== false;
}

/** A one-shot container that fills a machine's image store. */
export function isSeed({ mustRun }: ContainerInputs): boolean {
  return mustRun === false;
}
