import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseFlags } from "@drover/lib/flags";
import { listen } from "@drover/lib/http/server";
import type { Logger } from "@drover/lib/log";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import type { AgentInfo } from "@drover/lib/mesos/types";
import { Agent } from "./agent";
import { Checkpoint } from "./checkpoint/checkpoint";
import { WorkPaths } from "./checkpoint/paths";
import { containerizerFor, hasImage } from "./choose-containerizer";
import { makeContainerizers, userOf } from "./containerizers";
import { containerName } from "./docker/create-options";
import { FinishedContainers } from "./docker/finished-containers";
import { FetcherCache } from "./fetcher/cache";
import { Fetcher } from "./fetcher/fetcher";
import { type AgentFlags, ALL_FLAGS, resourcesOf, shownFlags } from "./flags";
import { SandboxGarbage } from "./garbage";
import { AgentApi } from "./http/agent-api";
import { type Identity, identify, pidOf } from "./identity";
import { agentLogger, logFileOf } from "./logger";
import { LoggingLevel } from "./logging-level";
import { MasterLink } from "./master/link";
import { NestedContainers } from "./nested/nested-containers";
import { previousIdentity } from "./previous-identity";
import { measureMachine, withDetected } from "./resources/detect";
import { prepareSandbox } from "./sandbox";
import { PersistentVolumes } from "./volumes/persistent-volumes";

/** Beyond their grace, how long an agent that has to go waits for its tasks to end. */
const SHUTDOWN_MARGIN_MS = 10_000;

/**
 * Starts an agent from MESOS_… variables. It ends the process on signals and when the master shuts it down.
 * @throws Error that says what is wrong with the flags, the machine or the work directory
 */
export async function startAgent(environment: NodeJS.ProcessEnv): Promise<void> {
  const { values, texts } = parseFlags(ALL_FLAGS, environment, { prefix: "MESOS_" });
  const flags: AgentFlags = values;
  const log = agentLogger(flags);
  const paths = new WorkPaths(flags.work_dir);
  mkdirSync(paths.sandboxes, { recursive: true });
  const checkpoint = new Checkpoint(paths);

  let api: AgentApi | undefined;
  let recoverySeconds: number | undefined;
  const server = await listen((request, response) => void api?.router.handle(request, response), flags.port, flags.ip);
  const identity = identify(flags, server.port);
  const info = agentInfo(flags, identity);
  const previousId = previousIdentity(info, flags.reconfiguration_policy, checkpoint, log);

  const volumes = new PersistentVolumes(flags.work_dir);
  const cacheDirectory = join(flags.fetcher_cache_dir, createHash("sha256").update(flags.work_dir).digest("hex"));
  const fetcher = new Fetcher(new FetcherCache(cacheDirectory, flags.fetcher_cache_size), flags.fetcher_stall_timeout);

  const agentId = () => agent.id ?? "";
  const { containerizers, engine } = await makeContainerizers({
    flags,
    identity,
    paths,
    volumes,
    environment,
    agentId,
    log,
  });
  const finished = engine && new FinishedContainers(engine, flags.work_dir, log);
  const agent: Agent = new Agent({
    info,
    identity,
    checkpoint,
    containerizerFor: (task) => containerizerFor(task, containerizers),
    maxCompletedPerFramework: flags.max_completed_executors_per_framework,
    launchLimitMs: flags.executor_registration_timeout,
    graceMs: flags.executor_shutdown_grace_period,
    volumes,
    prepareSandbox: (run, signal) => {
      const { resources = [] } = run.task;
      // Docker mounts the volumes itself; a link would lead nowhere in the container.
      const mounts = hasImage(run.task) ? [] : volumes.mountsOf(resources);
      return prepareSandbox(run, { userName: userOf(flags, run), volumes: mounts, fetcher }, signal);
    },
    send: (message) => link.send(message),
    onShutdown: (reason) => void shutdown(reason),
    log,
  });
  const link = new MasterLink({
    detector: createMasterDetector(flags.master, flags.zk_session_timeout),
    backoffFactorMs: flags.registration_backoff_factor,
    credential: flags.credential,
    registration: () => agent.registration(),
    onMessage: (message) => agent.receive(message),
    log,
  });
  const garbage = new SandboxGarbage({
    sandboxes: paths.sandboxes,
    delayMs: flags.gc_delay,
    headroom: flags.gc_disk_headroom,
    inUse: () => new Set(agent.tasks.all().map(({ taskRun, pod }) => pod?.info.sandbox ?? taskRun.run.sandbox)),
    log,
  });
  api = new AgentApi({
    agent,
    identity,
    flags: shownFlags(texts),
    garbage,
    fetcher,
    nested: new NestedContainers(agent.tasks),
    logging: new LoggingLevel(log),
    recoverySeconds: () => recoverySeconds,
    logFile: logFileOf(flags),
    readonlyCredentials: flags.authenticate_http_readonly ? flags.http_credentials : undefined,
    readwriteCredentials: flags.authenticate_http_readwrite ? flags.http_credentials : undefined,
    isRegistered: () => link.isRegistered,
    masterHostname: () => link.masterHostname,
    log,
  });

  const beforeMs = Date.now();
  if (previousId !== undefined) {
    await agent.recover(previousId);
  }
  if (flags.docker_kill_orphans) {
    const known = agent.tasks.all().map(({ taskRun }) => containerName(taskRun.run.containerId));
    await finished?.removeOrphans(new Set(known));
  }
  recoverySeconds = (Date.now() - beforeMs) / 1000;
  link.start();
  log.info({ pid: pidOf(identity), hostname: identity.hostname, agent: previousId ?? "new" }, "agent started");
  everyTick(flags.disk_watch_interval, log, async () => {
    await garbage.sweep();
    await finished?.sweep(flags.docker_remove_delay);
  });

  async function shutdown(reason: string): Promise<void> {
    log.error({ reason }, "shutting down and killing all tasks");
    link.stop();
    await Promise.race([agent.killAll(), sleep(flags.executor_shutdown_grace_period + SHUTDOWN_MARGIN_MS)]);
    process.exit(1);
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      log.info({ signal }, "ending; tasks run on");
      process.exit(0);
    });
  }
  process.once("SIGUSR1", async () => {
    await link.send({ type: "UNREGISTER" });
    await shutdown("unregistered by SIGUSR1");
  });
}

function agentInfo(flags: AgentFlags, identity: Identity): AgentInfo {
  return {
    hostname: identity.hostname,
    port: identity.port,
    resources: withDetected(resourcesOf(flags), measureMachine(flags.work_dir)),
    attributes: flags.attributes,
    ...(flags.domain && { domain: flags.domain }),
  };
}

/** Does something now and at every interval; a failure is logged and the next tick tries again. */
function everyTick(intervalMs: number, log: Logger, action: () => Promise<void>): void {
  const tick = () => action().catch((error) => log.error({ error: error.message }, "garbage collection failed"));
  setInterval(tick, intervalMs);
  void tick();
}
