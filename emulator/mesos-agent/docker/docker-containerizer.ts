import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@drover/lib/log";
import type { CommandInfo } from "@drover/lib/mesos/types";
import type { ContainerInspectInfo } from "dockerode";
import {
  type Containerizer,
  describeExit,
  type Ending,
  type PreparedContainer,
  type Run,
  type RunningContainer,
} from "../container";
import { LaunchError } from "../launch-error";
import { usageOfContainer } from "../process-table";
import type { PersistentVolumes } from "../volumes/persistent-volumes";
import { type ContainerContext, containerName, createOptions, dockerContainer, withTag } from "./create-options";
import type { DefaultContainerDns } from "./dns";
import type { DockerEngine } from "./engine";
import { containerAddress } from "./network";
import { type DockerConfig, registryAuth, sandboxConfig } from "./registry-auth";
import { copyOutput } from "./sandbox-log";

/** The last output may still be on its way when the container has ended; nobody waits longer for it. */
const OUTPUT_LIMIT_MS = 5000;
const RECONNECT_MS = 1000;
const LOOPBACK = "127.0.0.1";

export interface DockerContainerizerOptions {
  engine: DockerEngine;
  workDir: string;
  sandboxInside: string;
  enableCfs: boolean;
  defaultDns?: DefaultContainerDns;
  config?: DockerConfig;
  volumes: PersistentVolumes;
  roleOf(run: Run): string;
  log: Logger;
}

/** Runs tasks as Docker containers named `mesos-<container id>`. */
export class DockerContainerizer implements Containerizer {
  constructor(private readonly options: DockerContainerizerOptions) {}

  async prepare(run: Run, signal: AbortSignal): Promise<PreparedContainer> {
    this.plan(run); // refuses bad tasks before the pull
    await this.provideImage(run, signal);
    return { launch: () => this.launch(run), abandon: () => {} };
  }

  async recover(run: Run): Promise<RunningContainer | undefined> {
    const inspect = await this.options.engine.inspect(containerName(run.containerId));
    return inspect?.State.Running ? this.follow(run, inspect) : undefined;
  }

  private async provideImage(run: Run, signal: AbortSignal): Promise<void> {
    const { engine, config } = this.options;
    const { docker } = dockerContainer(run.task);
    const image = withTag(docker.image);
    if (!docker.force_pull_image && (await engine.hasImage(image))) {
      return;
    }
    try {
      await engine.pull(image, registryAuth(image, sandboxConfig(run.sandbox) ?? config), signal);
    } catch (error) {
      signal.throwIfAborted();
      const pull = `docker -H unix://${engine.socketPath} pull ${docker.image}`;
      const detail = `Error response from daemon: ${daemonMessage(error)}\n`;
      throw new LaunchError(`Failed to run '${pull}': exited with status 1; stderr='${detail}'`);
    }
  }

  private async launch(run: Run): Promise<RunningContainer> {
    const { engine } = this.options;
    const { options, directories } = this.plan(run);
    for (const directory of directories) {
      mkdirSync(directory, { recursive: true });
    }
    const name = containerName(run.containerId);
    try {
      await engine.create(options);
      await engine.start(name);
    } catch (error) {
      this.discard(name);
      throw new LaunchError(`Docker container run error: ${daemonMessage(error)}`);
    }
    const inspect = await engine.inspect(name);
    if (inspect === undefined) {
      throw new LaunchError(`Docker container run error: container ${name} was removed right after its start`);
    }
    return this.follow(run, inspect);
  }

  /** Removes a container that did not start: it would keep its volumes from others. */
  private discard(name: string): void {
    const { engine, log } = this.options;
    engine.remove(name).catch((error) => log.error({ container: name, error: daemonMessage(error) }, "docker rm"));
  }

  private follow(run: Run, inspect: ContainerInspectInfo): RunningContainer {
    const { engine, log } = this.options;
    const name = containerName(run.containerId);
    const ownAddress = containerAddress(inspect);
    const onHostNetwork = inspect.HostConfig.NetworkMode === "host";
    return {
      ended: this.untilEnd(run, name),
      checkAddress: ownAddress ?? (onHostNetwork ? LOOPBACK : undefined),
      ownAddress,
      data: Buffer.from(JSON.stringify([inspect], undefined, 4)).toString("base64"),
      stop: (graceMs) => {
        engine
          .stop(name, graceMs)
          .catch((error) => log.error({ container: name, error: error.message }, "docker stop"));
      },
      exec: (command, limitMs) => exec(engine, name, command, limitMs),
      usage: () => usageOfContainer(inspect.Id),
    };
  }

  private async untilEnd(run: Run, name: string): Promise<Ending> {
    const output = this.copyOutput(run, name);
    const status = await this.waitForExit(name);
    await Promise.race([output, sleep(OUTPUT_LIMIT_MS, undefined, { ref: false })]);
    if (status === undefined) {
      return { succeeded: false, message: "Container was removed" };
    }
    return { succeeded: status === 0, message: `Container ${describeExit(status)}` };
  }

  /** The exit status, undefined when the container has been removed. Outlives restarts of the Docker daemon. */
  private async waitForExit(name: string): Promise<number | undefined> {
    for (;;) {
      try {
        return await this.options.engine.wait(name);
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) {
          return undefined;
        }
        this.options.log.warn({ container: name, error: daemonMessage(error) }, "lost sight of a container");
        await sleep(RECONNECT_MS);
      }
    }
  }

  /** Copies until the output ends; a connection that breaks is opened again, as long as the container is there. */
  private async copyOutput(run: Run, name: string): Promise<void> {
    for (;;) {
      try {
        await copyOutput(await this.options.engine.logs(name), run.sandbox);
        return;
      } catch (error) {
        this.options.log.warn({ container: name, error: daemonMessage(error) }, "lost a container's output");
        if ((error as { statusCode?: number }).statusCode === 404) {
          return;
        }
        await sleep(RECONNECT_MS);
      }
    }
  }

  private plan(run: Run) {
    const { workDir, sandboxInside, enableCfs, defaultDns, roleOf, volumes } = this.options;
    const context: ContainerContext = {
      containerId: run.containerId,
      sandbox: run.sandbox,
      sandboxInside,
      parentSandbox: run.pod?.sandbox,
      persistent: volumes.mountsOf(run.task.resources ?? []),
      workDir,
      role: roleOf(run),
      enableCfs,
      defaultDns,
    };
    return createOptions(run.task, context);
  }
}

async function exec(engine: DockerEngine, name: string, command: CommandInfo, limitMs: number): Promise<number> {
  const { shell = true, value = "", arguments: args = [], environment } = command;
  const argv = shell ? ["/bin/sh", "-c", value] : [value, ...args];
  const env = (environment?.variables ?? []).map((variable) => `${variable.name}=${variable.value ?? ""}`);
  return engine.exec(name, argv, env, AbortSignal.timeout(limitMs));
}

/** The daemon's own words: dockerode puts the status in front of them. */
function daemonMessage(error: unknown): string {
  const { json, message } = error as Error & { json?: { message?: string } };
  return json?.message ?? message;
}
