import { isAbsolute, join, normalize } from "node:path";
import type { ContainerInfo, Volume } from "@drover/lib/mesos/types";
import { LaunchError } from "../launch-error";
import type { MountedVolume } from "../volumes/persistent-volumes";

/** What the volumes of a task come to. */
export interface VolumePlan {
  /** `source:container path[:ro]`, as `docker run -v` takes them. */
  binds: string[];
  /** What `-v` cannot say: folders of the sandbox whose path has a colon, as task ids of Chronos bring about. */
  mounts: { Type: "bind"; Source: string; Target: string; ReadOnly: boolean }[];
  /** Container paths that get an anonymous volume. */
  anonymous: string[];
  /** Directories below the sandbox that must exist before the container starts. */
  directories: string[];
  /** The one volume driver of the task. */
  driver?: string;
}

/** What volumes may lead to. */
export interface VolumeContext {
  /** The sandbox on the host. */
  sandbox: string;
  /** Where the container sees it (flag sandbox_directory). */
  sandboxInside: string;
  /** The executor's sandbox on the host, when the task is one of a group. */
  parentSandbox?: string;
  /** Persistent volumes of the task. */
  persistent: readonly MountedVolume[];
}

/**
 * Plans the volumes of a Docker task.
 * @throws LaunchError for sources that the Docker containerizer does not take and for two drivers in one task
 */
export function planVolumes(container: ContainerInfo, context: VolumeContext): VolumePlan {
  const { persistent, sandboxInside } = context;
  const plan: VolumePlan = { binds: persistent.map(bindOf), mounts: [], anonymous: [], directories: [] };
  const drivers = new Set<string>();
  function bindOf({ directory, containerPath, readOnly }: MountedVolume): string {
    return `${plain(directory)}:${plain(join(sandboxInside, containerPath))}${readOnly ? ":ro" : ""}`;
  }
  if (container.docker?.volume_driver) {
    drivers.add(container.docker.volume_driver);
  }
  for (const parameter of container.docker?.parameters ?? []) {
    if (parameter.key === "volume-driver") {
      drivers.add(parameter.value);
    }
  }
  for (const volume of container.volumes ?? []) {
    addVolume(plan, volume, context);
    const driver = volume.source?.docker_volume?.driver;
    if (driver) {
      drivers.add(driver);
    }
  }
  if (drivers.size > 1) {
    throw new LaunchError(`Only one volume driver is supported in a task, not ${[...drivers].join(" and ")}`);
  }
  const [driver] = drivers;
  return driver === undefined ? plan : { ...plan, driver };
}

function addVolume(plan: VolumePlan, volume: Volume, context: VolumeContext): void {
  const { sandbox, sandboxInside, parentSandbox, persistent } = context;
  const target = isAbsolute(volume.container_path)
    ? volume.container_path
    : join(sandboxInside, below(volume.container_path, "container_path"));
  const source = sourceOf(volume);
  if (source === undefined) {
    plan.anonymous.push(target);
    return;
  }
  const suffix = volume.mode === "RO" ? ":ro" : "";
  if (source.kind === "sandbox" || source.kind === "parent") {
    const base = source.kind === "parent" ? parentSandbox : sandbox;
    if (base === undefined) {
      throw new LaunchError(`volume ${volume.container_path}: a sandbox path of the PARENT needs a task group`);
    }
    const path = below(source.path, "host_path");
    // A path to where a persistent volume is mounted means the volume.
    const mounted = persistent.find(({ containerPath }) => source.kind === "sandbox" && containerPath === path);
    const directory = mounted?.directory ?? join(base, path);
    plan.directories.push(directory);
    attachFolder(plan, directory, target, volume.mode === "RO");
  } else {
    plan.binds.push(`${plain(source.path)}:${plain(target)}${suffix}`);
  }
}

/** Shows a folder of the sandbox, or all of it, to the container. */
export function attachFolder(plan: VolumePlan, source: string, target: string, isReadOnly: boolean): void {
  if (source.includes(":")) plan.mounts.push({ Type: "bind", Source: source, Target: target, ReadOnly: isReadOnly });
  else plan.binds.push(`${source}:${plain(target)}${isReadOnly ? ":ro" : ""}`);
}

type Source = { kind: "host" | "named" | "sandbox" | "parent"; path: string };

function sourceOf({ container_path, host_path, source }: Volume): Source | undefined {
  switch (source?.type) {
    case "DOCKER_VOLUME":
      if (!source.docker_volume?.name) {
        throw new LaunchError(`volume ${container_path}: a DOCKER_VOLUME needs a name`);
      }
      return { kind: "named", path: source.docker_volume.name };
    case "HOST_PATH":
      return hostSource(source.host_path?.path ?? "");
    case "SANDBOX_PATH":
      return {
        kind: source.sandbox_path?.type === "PARENT" ? "parent" : "sandbox",
        path: source.sandbox_path?.path ?? "",
      };
    case undefined:
      return host_path ? hostSource(host_path) : containerPathOnly(container_path);
    default:
      throw new LaunchError(`volume ${container_path}: source ${source?.type} is not supported with Docker`);
  }
}

function hostSource(path: string): Source {
  return { kind: isAbsolute(path) ? "host" : "sandbox", path };
}

function containerPathOnly(containerPath: string): Source | undefined {
  return isAbsolute(containerPath) ? undefined : { kind: "sandbox", path: containerPath };
}

/** A relative path that stays below its base. */
function below(path: string, field: string): string {
  const normal = normalize(path);
  if (path === "" || isAbsolute(path) || normal === ".." || normal.startsWith("../")) {
    throw new LaunchError(`volume ${field} '${path}' must be a path inside the sandbox`);
  }
  return normal;
}

/** `-v` separates its parts by colons, so none may be inside a path. */
function plain(path: string): string {
  if (path.includes(":")) {
    throw new LaunchError(`volume path '${path}' must not contain ':'`);
  }
  return path;
}
