import { formatDurationMs } from "@drover/lib/duration";
import type { Logger } from "@drover/lib/log";
import type { WorkPaths } from "./checkpoint/paths";
import type { Containerizers } from "./choose-containerizer";
import { CgroupLimits } from "./command/cgroup-limits";
import { CommandContainerizer } from "./command/command-containerizer";
import { findTaskCgroups } from "./command/task-cgroups";
import type { Run } from "./container";
import { DockerContainerizer } from "./docker/docker-containerizer";
import { DockerEngine } from "./docker/engine";
import { ImageContainerizer } from "./docker/image-containerizer";
import type { AgentFlags } from "./flags";
import { type Identity, pidOf } from "./identity";
import { allocationRole } from "./tasks/executor-info";
import type { PersistentVolumes } from "./volumes/persistent-volumes";

/** What containerizers are made from. */
export interface ContainerizerParts {
  flags: AgentFlags;
  identity: Identity;
  paths: WorkPaths;
  volumes: PersistentVolumes;
  /** The agent's own environment, which command tasks inherit. */
  environment: NodeJS.ProcessEnv;
  /** Known as soon as there are tasks. */
  agentId(): string;
  log: Logger;
}

/** The user to run a task as; undefined: the agent's own (flag switch_user). */
export function userOf({ switch_user }: AgentFlags, { task, framework }: Run): string | undefined {
  return switch_user ? (task.command?.user ?? framework.user) : undefined;
}

/**
 * Makes the containerizers that the flag names.
 * @throws Error when the Docker daemon is asked for and does not answer
 */
export async function makeContainerizers(
  parts: ContainerizerParts,
): Promise<{ containerizers: Containerizers; engine?: DockerEngine }> {
  const names = parts.flags.containerizers;
  const mesos = names.includes("mesos") ? commandContainerizer(parts) : undefined;
  const canLimit = hasCgroups(parts.flags);
  if (!names.includes("docker")) {
    return { containerizers: { mesos, canLimit } };
  }
  const engine = await connectDocker(parts);
  const docker = dockerContainerizer(parts, engine);
  const images = mesos && new ImageContainerizer(docker, engine);
  return { containerizers: { docker, mesos, images, canLimit }, engine };
}

function hasCgroups({ isolation }: AgentFlags): boolean {
  return isolation.includes("cgroups/cpu");
}

async function connectDocker({ flags, log }: ContainerizerParts): Promise<DockerEngine> {
  const engine = new DockerEngine(flags.docker_socket);
  try {
    log.info({ docker: await engine.version() }, "Docker found");
    return engine;
  } catch (error) {
    throw new Error(
      `the Docker daemon does not answer at ${flags.docker_socket} (${(error as Error).message}): ` +
        "start it, set MESOS_DOCKER_SOCKET, or leave docker out of MESOS_CONTAINERIZERS",
    );
  }
}

function dockerContainerizer({ flags, volumes, log }: ContainerizerParts, engine: DockerEngine): DockerContainerizer {
  return new DockerContainerizer({
    engine,
    workDir: flags.work_dir,
    sandboxInside: flags.sandbox_directory,
    enableCfs: flags.cgroups_enable_cfs,
    defaultDns: flags.default_container_dns,
    config: flags.docker_config,
    volumes,
    roleOf: allocationRole,
    log,
  });
}

function commandContainerizer(parts: ContainerizerParts): CommandContainerizer {
  const { flags, identity, paths, environment, agentId, log } = parts;
  const cgroups = findTaskCgroups();
  const limits = hasCgroups(flags)
    ? new CgroupLimits({
        hierarchy: flags.cgroups_hierarchy,
        root: flags.cgroups_root,
        enableCfs: flags.cgroups_enable_cfs,
      })
    : undefined;
  if (limits === undefined) {
    log.warn("command tasks have no CPU and memory limits: MESOS_ISOLATION is posix/cpu,posix/mem");
  }
  if (cgroups.length === 0) {
    log.warn("the machine's cgroups cannot be seen: command tasks share the agent's limits and end with its container");
  }
  return new CommandContainerizer({
    environmentOf: (run) => ({
      agentId: agentId(),
      pid: pidOf(identity),
      endpoint: `${identity.ip}:${identity.port}`,
      role: allocationRole(run),
      recoveryTimeout: formatDurationMs(flags.recovery_timeout),
      executorShutdownGracePeriod: formatDurationMs(flags.executor_shutdown_grace_period),
      inherited: flags.executor_environment_variables ?? environment,
    }),
    metaDirectoryOf: (run) => paths.runMeta(agentId(), run),
    userOf: (run) => userOf(flags, run),
    cgroups,
    limits,
  });
}
