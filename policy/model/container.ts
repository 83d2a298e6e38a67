import type { Environment } from "../../stacks/environment";
import { type Resource, record, records, text, texts, unknown } from "../resource";
import { kindOf } from "./kind";
import { machineOf } from "./machine";
import { daemonConfig, unitContainers } from "./user-data";

/** A container, whoever starts it: Pulumi on a core machine, or systemd on a slave. */
export interface Container {
  name: string;
  /** Undefined while it is unknown. */
  image?: string;
  memoryMb: number;
  cpus: number;
  /** True when it comes back after the machine has started again. */
  survivesReboot: boolean;
  /** True for one that does its work once. */
  once: boolean;
  boundedLogs: boolean;
  privileged: boolean;
  capabilities: readonly string[];
  /** Paths of the machine that it sees. */
  hostPaths: readonly string[];
  /** NAME=value */
  variables: readonly string[];
  command: readonly string[];
}

/** "256m", "1g", "1048576" in MB; 0 when there is no limit. */
function megabytes(size: string): number {
  const [, number, unit = "b"] = /^(\d+)([bkmg]?)$/i.exec(size) ?? [];
  return number ? Number(number) / { b: 1e6, k: 1e3, m: 1, g: 1e-3 }[unit.toLowerCase() as "b" | "k" | "m" | "g"] : 0;
}

function isBounded(driver: unknown, options: unknown): boolean {
  const size = text(record(options)["max-size"]);
  return ["json-file", "local"].includes(text(driver) ?? "") && size !== undefined && size !== "-1";
}

/** A container that Pulumi makes. */
function declared({ inputs }: Resource): Container {
  const capabilities = record(inputs.capabilities);
  return {
    name: text(inputs.name) ?? "",
    image: text(inputs.image),
    memoryMb: Number(inputs.memory ?? 0),
    cpus: inputs.cpus === unknown ? 0 : Number(inputs.cpus ?? 0),
    survivesReboot: ["always", "unless-stopped"].includes(text(inputs.restart) ?? ""),
    once: inputs.mustRun === false,
    boundedLogs: isBounded(inputs.logDriver, inputs.logOpts),
    privileged: inputs.privileged === true,
    capabilities: texts(capabilities.adds),
    hostPaths: [
      ...records(inputs.volumes).flatMap(({ hostPath }) => text(hostPath) ?? []),
      ...records(inputs.mounts).flatMap(({ type, source }) => (type === "bind" ? (text(source) ?? []) : [])),
    ],
    variables: texts(inputs.envs),
    command: texts(inputs.command),
  };
}

/** The containers of a resource: itself, or those that its user data starts. A local machine is a machine, not one. */
export function containersOf(resource: Resource, environment: Environment): Container[] {
  const machine = machineOf(resource, environment);
  if (!machine) return kindOf(resource.type) === "docker Container" ? [declared(resource)] : [];
  const { userData } = machine;
  if (!userData) return [];
  const daemon = daemonConfig(userData);
  const logs = isBounded(daemon?.["log-driver"], daemon?.["log-opts"]);
  return unitContainers(userData).map(({ name, image, options }) => {
    const values = (...names: string[]) => names.flatMap((option) => options.get(option) ?? []);
    return {
      name,
      image,
      memoryMb: megabytes(values("--memory", "-m")[0] ?? ""),
      cpus: Number(values("--cpus")[0] ?? 0),
      // systemd starts the unit at every boot.
      survivesReboot: true,
      once: false,
      boundedLogs: logs,
      privileged: options.has("--privileged"),
      capabilities: values("--cap-add"),
      hostPaths: values("--volume", "-v").flatMap((volume) => volume.split(":")[0] ?? []),
      variables: values("--env", "-e"),
      command: [],
    };
  });
}
