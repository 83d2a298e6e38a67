import type { ContainerInfo, TaskInfo } from "@drover/lib/mesos/types";
import type { ContainerCreateOptions } from "dockerode";
import { LaunchError } from "../launch-error";
import type { DefaultContainerDns } from "./dns";
import { dnsOptions } from "./dns";
import { cgroupLimits } from "./limits";
import { networkMode, portBindings } from "./network";
import { applyParameters, type Draft } from "./parameters";
import { attachFolder, planVolumes, type VolumeContext } from "./volumes";

/** Label by which an agent knows its own containers on a Docker daemon that others use too. */
export const WORK_DIR_LABEL = "mesos.agent.work_dir";

/** Where and for whom a container is made. */
export interface ContainerContext extends VolumeContext {
  containerId: string;
  workDir: string;
  role: string;
  enableCfs: boolean;
  defaultDns?: DefaultContainerDns;
}

/** Name of the Docker container of a Mesos container. */
export function containerName(containerId: string): string {
  return `mesos-${containerId}`;
}

/**
 * Everything `docker create` needs for a task.
 * @returns the options and the directories that must exist before
 * @throws LaunchError for what the task asks and the Docker containerizer does not do
 */
export function createOptions(
  task: TaskInfo,
  context: ContainerContext,
): { options: ContainerCreateOptions; directories: string[] } {
  const container = dockerContainer(task);
  const { docker } = container;
  const resources = task.resources ?? [];
  const volumes = planVolumes(container, context);
  attachFolder(volumes, context.sandbox, context.sandboxInside, false);
  const mode = networkMode(container);
  const draft: Draft = {
    name: containerName(context.containerId),
    Image: withTag(docker.image),
    Env: environment(task, context),
    Labels: { [WORK_DIR_LABEL]: context.workDir },
    ...command(task),
    ...(container.hostname && { Hostname: container.hostname }),
    ...(volumes.anonymous.length > 0 && { Volumes: Object.fromEntries(volumes.anonymous.map((path) => [path, {}])) }),
    HostConfig: {
      ...cgroupLimits(resources, task.limits, context.enableCfs),
      ...dnsOptions(mode, docker.parameters ?? [], context.defaultDns),
      Binds: volumes.binds,
      ...(volumes.mounts.length > 0 && { Mounts: volumes.mounts }),
      NetworkMode: mode,
      Privileged: docker.privileged ?? false,
      ...(volumes.driver && { VolumeDriver: volumes.driver }),
    },
  };
  applyParameters(draft, docker.parameters ?? []);
  const bindings = portBindings(draft.HostConfig.NetworkMode ?? mode, docker.port_mappings ?? [], resources);
  draft.HostConfig.PortBindings = bindings;
  draft.ExposedPorts = Object.fromEntries(Object.keys(bindings).map((port) => [port, {}]));
  return { options: draft, directories: volumes.directories };
}

/** An image name with its tag: `latest` when it names neither tag nor digest. */
export function withTag(image: string): string {
  const lastPart = image.slice(image.lastIndexOf("/") + 1);
  return /[:@]/.test(lastPart) ? image : `${image}:latest`;
}

/** The Docker part of a task that is known to have one. */
export function dockerContainer(task: TaskInfo): ContainerInfo & { docker: NonNullable<ContainerInfo["docker"]> } {
  const { container } = task;
  if (!container?.docker?.image) {
    throw new LaunchError("a DOCKER container needs docker.image");
  }
  return { ...container, docker: container.docker };
}

/** Shell: `/bin/sh -c value`; else the value replaces the entrypoint and the arguments follow; neither: the image's. */
function command(task: TaskInfo): Pick<ContainerCreateOptions, "Entrypoint" | "Cmd"> {
  const { shell = true, value, arguments: args = [] } = task.command ?? { shell: false };
  if (shell) {
    if (!value) {
      throw new LaunchError("a shell command needs a value");
    }
    return { Entrypoint: ["/bin/sh"], Cmd: ["-c", value] };
  }
  return { ...(value && { Entrypoint: [value] }), ...(args.length > 0 && { Cmd: args }) };
}

function environment(task: TaskInfo, context: ContainerContext): string[] {
  const variables = (task.command?.environment?.variables ?? []).map(({ name, type, value }) => {
    if (type === "SECRET") {
      throw new LaunchError(`environment variable ${name} is a SECRET, which needs a secret resolver`);
    }
    return `${name}=${value ?? ""}`;
  });
  return [
    ...variables,
    `MESOS_SANDBOX=${context.sandboxInside}`,
    `MESOS_CONTAINER_NAME=${containerName(context.containerId)}`,
    `MESOS_ALLOCATION_ROLE=${context.role}`,
  ];
}
