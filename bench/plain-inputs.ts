import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { GlusterVolumeInputs } from "../provider/resources/gluster-volume";
import type { Outputs } from "../tools/system/stack";

/** A resource as `pulumi stack export --show-secrets` prints it. */
export interface StateResource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  provider?: string;
}

/** Inputs of a container that the program uses; another one is an error, so that nothing is left out unseen. */
interface ContainerInputs {
  name: string;
  image: string;
  hostname?: string;
  restart?: string;
  memory?: number;
  cpus?: string;
  user?: string;
  stopSignal?: string;
  destroyGraceSeconds?: number;
  networkMode?: string;
  cgroupnsMode?: string;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  volumes?: { volumeName?: string; hostPath?: string; containerPath: string }[];
  tmpfs?: Record<string, string>;
  devices?: { hostPath: string; containerPath: string; permissions: string }[];
  networksAdvanced?: { name: string; ipv4Address: string }[];
  ports?: { ip: string; external: number; internal: number }[];
  envs?: string[];
  labels?: { label: string; value: string }[];
  healthcheck?: { tests: string[]; interval: string; timeout: string; retries: number; startPeriod: string };
  logDriver?: string;
  logOpts?: Record<string, string>;
  command?: string[];
  uploads?: { file: string; content: string; permissions?: string }[];
  mustRun?: boolean;
  attach?: boolean;
}

const secretKey = "4dabf18193072939515e22adb298388d";

/** Takes the wrappers of secrets off, and leaves out what the provider has filled in. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (secretKey in object) return plain(JSON.parse(String(object.plaintext)));
  const filledIn = new Set(["__defaults", ...((object.__defaults ?? []) as string[])]);
  return Object.fromEntries(
    Object.entries(object)
      .filter(([key]) => !filledIn.has(key))
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

/** One word for a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replace(/'/g, `'\\''`)}'`;
}

/** What each input becomes on the command line of `docker create`. */
const flags: { [Key in keyof Required<ContainerInputs>]: (value: Required<ContainerInputs>[Key]) => string[] } = {
  name: (name) => [`--name=${name}`],
  hostname: (name) => [`--hostname=${name}`],
  restart: (policy) => [`--restart=${policy}`],
  memory: (mb) => [`--memory=${mb}m`],
  cpus: (cpus) => [`--cpus=${cpus}`],
  user: (user) => [`--user=${user}`],
  stopSignal: (signal) => [`--stop-signal=${signal}`],
  destroyGraceSeconds: (seconds) => [`--stop-timeout=${seconds}`],
  networkMode: (mode) => [`--network=${mode}`],
  cgroupnsMode: (mode) => [`--cgroupns=${mode}`],
  capabilities: ({ adds = [], drops = [] }) => [
    ...drops.map((name) => `--cap-drop=${name}`),
    ...adds.map((name) => `--cap-add=${name}`),
  ],
  securityOpts: (words) => words.map((word) => `--security-opt=${word}`),
  volumes: (volumes) =>
    volumes.map(({ volumeName, hostPath, containerPath }) => `--volume=${volumeName ?? hostPath}:${containerPath}`),
  tmpfs: (mounts) => Object.entries(mounts).map(([path, words]) => `--tmpfs=${path}${words && `:${words}`}`),
  devices: (devices) =>
    devices.map(({ hostPath, containerPath, permissions }) => `--device=${hostPath}:${containerPath}:${permissions}`),
  networksAdvanced: (networks) =>
    networks.flatMap(({ name, ipv4Address }) => [`--network=${name}`, `--ip=${ipv4Address}`]),
  ports: (ports) => ports.map(({ ip, external, internal }) => `--publish=${ip}:${external}:${internal}`),
  envs: (lines) => lines.map((line) => `--env=${line}`),
  labels: (labels) => labels.map(({ label, value }) => `--label=${label}=${value}`),
  healthcheck: ({ tests, interval, timeout, retries, startPeriod }) => [
    `--health-cmd=${tests.slice(1).map(quoted).join(" ")}`,
    `--health-interval=${interval}`,
    `--health-timeout=${timeout}`,
    `--health-retries=${retries}`,
    `--health-start-period=${startPeriod}`,
  ],
  logDriver: (name) => [`--log-driver=${name}`],
  logOpts: (words) => Object.entries(words).map(([name, value]) => `--log-opt=${name}=${value}`),
  image: () => [],
  command: () => [],
  uploads: () => [],
  mustRun: () => [],
  attach: () => [],
};

/** The words after `docker create`, for a shell. */
export function createWords(inputs: ContainerInputs): string {
  const options = Object.entries(inputs).flatMap(([key, value]) => {
    const flag = (flags as Record<string, ((value: unknown) => string[]) | undefined>)[key];
    if (!flag) throw new Error(`bench/plain-inputs.ts does not know the input ${key} of container ${inputs.name}`);
    return flag(value);
  });
  return [...options, inputs.image, ...(inputs.command ?? [])].map(quoted).join(" ");
}

/** Writes what plain.sh reads, from the resources of a stack that runs. */
export function writePlainInputs(folder: string, resources: readonly StateResource[], outputs: Outputs): void {
  const write = (file: string, text: string, mode = 0o600) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { mode });
    // The mode above is subject to the umask.
    chmodSync(join(folder, file), mode);
  };
  const ofType = (type: string) =>
    resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({ ...resource, inputs: plain(resource.inputs) }));

  const [network] = ofType("docker:index/network:Network") as unknown as {
    inputs: { name: string; ipamConfigs: { subnet: string; gateway: string }[] };
  }[];
  const volumes = ofType("docker:index/volume:Volume") as unknown as {
    inputs: { name: string };
    outputs: { mountpoint: string };
  }[];
  const all = ofType("docker:index/container:Container") as unknown as { inputs: ContainerInputs; provider: string }[];
  const seeds = all.filter(({ inputs }) => inputs.mustRun === false);
  const made = all.filter(({ inputs }) => inputs.mustRun !== false);
  const [ipam] = network?.inputs.ipamConfigs ?? [];
  const volumesFolder = dirname(dirname(volumes[0]?.outputs.mountpoint ?? ""));
  if (!network || !ipam || !seeds[0]) throw new Error("the stack has no network or no machines: is it complete?");

  const address = (hostname: string) =>
    outputs.machines.find((machine) => machine.hostname === hostname)?.address ?? "here";
  const containers = made.map(({ inputs, provider }) => {
    const where = address(provider.split("::")[3] ?? "");
    const container = `container/${inputs.name}@${where}`;
    write(`${container}/words`, createWords(inputs));
    mkdirSync(join(folder, container, "files"), { recursive: true });
    for (const { file, content, permissions = "0644" } of inputs.uploads ?? []) {
      write(`${container}/files${file}`, content, Number.parseInt(permissions, 8));
    }
    return `${where} ${inputs.name}\n`;
  });
  const [shared] = ofType("drover:index:GlusterVolume") as unknown as { inputs: GlusterVolumeInputs }[];
  const door = new URL(outputs.endpoints.frontDoor ?? "");
  const settings = {
    network: network.inputs.name,
    subnet: ipam.subnet,
    gateway: ipam.gateway,
    volumes_folder: volumesFolder,
    machine_image: seeds[0].inputs.image,
    core: outputs.dnsServers.join(" "),
    slaves: outputs.machines.filter(({ role }) => role === "slave").length,
    domain: door.hostname,
    https_port: door.port,
    shared_volume: shared?.inputs.name ?? "",
    brick_folder: shared?.inputs.brickFolder ?? "",
    replicas: shared?.inputs.replicas ?? 0,
  };
  write(
    "settings",
    Object.entries(settings)
      .map(([name, value]) => `${name}=${quoted(String(value))}\n`)
      .join(""),
  );
  write("volumes", volumes.map(({ inputs }) => `${inputs.name}\n`).join(""));
  write("seeds", seeds.map(({ inputs }) => `${inputs.command?.slice(-2).join(" ")}\n`).join(""));
  write("containers", containers.join(""));
  write("ssh-key", outputs.ssh.privateKey);
  write("ca.pem", outputs.caCertificate);
}
