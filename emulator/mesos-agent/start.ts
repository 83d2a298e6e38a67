import { mkdirSync, readFileSync } from "node:fs";
import { formatDurationMs } from "@drover/lib/duration";
import { parseFlags } from "@drover/lib/flags";
import { listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import type { AgentInfo } from "@drover/lib/mesos/types";
import { Agent } from "./agent";
import { Checkpoint } from "./checkpoint/checkpoint";
import { incompatibility } from "./checkpoint/compatibility";
import { WorkPaths } from "./checkpoint/paths";
import { CommandContainerizer } from "./command/command-containerizer";
import type { Run } from "./container";
import { chooseContainerizer } from "./containerizers";
import { containerName } from "./docker/create-options";
import { DockerContainerizer } from "./docker/docker-containerizer";
import { DockerEngine } from "./docker/engine";
import { FinishedContainers } from "./docker/finished-containers";
import { type AgentFlags, ALL_FLAGS, resourcesOf, shownFlags } from "./flags";
import { SandboxGarbage } from "./garbage";
import { AgentApi } from "./http/agent-api";
import { allocationRole } from "./http/executor-view";
import { type Identity, identify, pidOf } from "./identity";
import { agentLogger, logFileOf } from "./logger";
import { MasterLink } from "./master/link";
import { measureMachine, withDetected } from "./resources/detect";

const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/**
 * Starts an agent from MESOS_… variables. It ends the process on signals and when the master shuts it down.
 * @throws Error that says what is wrong with the flags, the machine or the work directory
 */
export async function startAgent(environment: NodeJS.ProcessEnv): Promise<void> {
  const { values, texts } = parseFlags(ALL_FLAGS, environment, { prefix: "MESOS_" });
  const flags: AgentFlags = values;
  const log = agentLogger(flags);
  mkdirSync(flags.work_dir, { recursive: true });
  const checkpoint = new Checkpoint(new WorkPaths(flags.work_dir));
  mkdirSync(checkpoint.paths.sandboxes, { recursive: true });

  let api: AgentApi | undefined;
  const server = await listen((request, response) => void api?.router.handle(request, response), flags.port, flags.ip);
  const identity = identify(flags, server.port);
  const info = agentInfo(flags, identity);
  const previousId = previousIdentity(flags, info, checkpoint, log);
  const { engine, finished } = await connectDocker(flags, log);

  const detector = createMasterDetector(flags.master, flags.zk_session_timeout);
  const containerizers = {
    docker: engine && dockerContainerizer(flags, engine, log),
    mesos: flags.containerizers.includes("mesos") ? commandContainerizer() : undefined,
  };
  const agent: Agent = new Agent({
    info,
    identity,
    checkpoint,
    containerizerFor: (task) => chooseContainerizer(task, containerizers),
    maxCompletedPerFramework: flags.max_completed_executors_per_framework,
    launchLimitMs: flags.executor_registration_timeout,
    graceMs: flags.executor_shutdown_grace_period,
    fetchStallMs: flags.fetcher_stall_timeout,
    userOf,
    send: (message) => link.send(message),
    onShutdown: (reason) => void shutdown(reason),
    log,
  });
  const link = new MasterLink({
    detector,
    backoffFactorMs: flags.registration_backoff_factor,
    credential: flags.credential,
    registration: () => agent.registration(),
    onMessage: (message) => agent.receive(message),
    log,
  });
  const inUse = () => new Set(agent.tasks.all().map(({ taskRun }) => taskRun.run.sandbox));
  const garbage = new SandboxGarbage({
    sandboxes: checkpoint.paths.sandboxes,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    inUse,
    log,
  });
  api = new AgentApi({
    agent,
    identity,
    flags: shownFlags(texts),
    garbage,
    logFile: logFileOf(flags),
    readonlyCredentials: flags.authenticate_http_readonly ? flags.http_credentials : undefined,
    readwriteCredentials: flags.authenticate_http_readwrite ? flags.http_credentials : undefined,
    isRegistered: () => link.isRegistered,
    masterHostname: () => link.masterHostname,
    log,
  });

  if (previousId !== undefined) {
    await agent.recover(previousId);
  }
  if (flags.docker_kill_orphans) {
    const known = agent.tasks.all().map(({ taskRun }) => containerName(taskRun.run.containerId));
    await finished?.removeOrphans(new Set(known));
  }
  api.ready();
  link.start();
  log.info({ pid: pidOf(identity), hostname: identity.hostname, agent: previousId ?? "new" }, "agent started");

  const sweep = async () => {
    await garbage.sweep();
    await finished?.sweep(flags.docker_remove_delay);
  };
  const sweepQuietly = () => sweep().catch((error) => log.error({ error: error.message }, "garbage collection failed"));
  setInterval(sweepQuietly, flags.disk_watch_interval);
  void sweepQuietly();

  async function shutdown(reason: string): Promise<void> {
    log.error({ reason }, "shutting down and killing all tasks");
    link.stop();
    await agent.killAll();
    process.exit(1);
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "ending; tasks run on");
      process.exit(0);
    });
  }
  process.once("SIGUSR1", async () => {
    log.info("SIGUSR1: leaving the cluster");
    await link.send({ type: "UNREGISTER" });
    await shutdown("unregistered by SIGUSR1");
  });

  function userOf(run: Run): string | undefined {
    return flags.switch_user ? (run.task.command?.user ?? run.framework.user) : undefined;
  }

  function commandContainerizer(): CommandContainerizer {
    return new CommandContainerizer({
      environmentOf: (run) => ({
        agentId: agent.id ?? "",
        pid: pidOf(identity),
        endpoint: `${identity.ip}:${identity.port}`,
        role: allocationRole(run),
        recoveryTimeout: formatDurationMs(flags.recovery_timeout),
        executorShutdownGracePeriod: formatDurationMs(flags.executor_shutdown_grace_period),
        inherited: flags.executor_environment_variables ?? environment,
      }),
      metaDirectoryOf: (run) => checkpoint.paths.runMeta(agent.id ?? "", run),
      userOf,
    });
  }
}

function agentInfo(flags: AgentFlags, identity: Identity): AgentInfo {
  const resources = withDetected(resourcesOf(flags), measureMachine(flags.work_dir));
  return {
    hostname: identity.hostname,
    port: identity.port,
    resources,
    attributes: flags.attributes,
    ...(flags.domain && { domain: flags.domain }),
  };
}

/**
 * The id to go on under; undefined for a new agent. After a boot an agent that does not fit any more starts as a new
 * one, since nothing of the old one can run.
 * @throws Error when it does not fit without a boot
 */
function previousIdentity(flags: AgentFlags, info: AgentInfo, checkpoint: Checkpoint, log: Logger): string | undefined {
  const rebooted = checkpoint.noteBoot(readFileSync(BOOT_ID, "utf8").trim());
  const previous = checkpoint.latestAgent();
  if (previous?.id === undefined) {
    return undefined;
  }
  const problem = incompatibility(previous, info, flags.reconfiguration_policy);
  if (problem === undefined) {
    return previous.id.value;
  }
  if (!rebooted) {
    throw new Error(
      `Incompatible agent info detected: ${problem} (reconfiguration policy '${flags.reconfiguration_policy}').\n` +
        "Go back to the old flags, or start as a new agent, which gives up the running tasks:\n" +
        `rm -f ${checkpoint.paths.latestAgent}`,
    );
  }
  log.warn({ agent: previous.id.value, problem }, "booted with other flags: starting as a new agent");
  checkpoint.forgetAgent();
  return undefined;
}

async function connectDocker(flags: AgentFlags, log: Logger) {
  if (!flags.containerizers.includes("docker")) {
    return {};
  }
  const engine = new DockerEngine(flags.docker_socket);
  try {
    log.info({ docker: await engine.version() }, "Docker found");
  } catch (error) {
    throw new Error(
      `the Docker daemon does not answer at ${flags.docker_socket} (${(error as Error).message}): ` +
        "start it, set MESOS_DOCKER_SOCKET, or leave docker out of MESOS_CONTAINERIZERS",
    );
  }
  return { engine, finished: new FinishedContainers(engine, flags.work_dir, log) };
}

function dockerContainerizer(flags: AgentFlags, engine: DockerEngine, log: Logger): DockerContainerizer {
  return new DockerContainerizer({
    engine,
    workDir: flags.work_dir,
    sandboxInside: flags.sandbox_directory,
    enableCfs: flags.cgroups_enable_cfs,
    defaultDns: flags.default_container_dns,
    config: flags.docker_config,
    roleOf: allocationRole,
    log,
  });
}
