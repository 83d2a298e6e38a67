import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { MAX_TIMER_MS } from "@drover/lib/long-timer";
import type { CommandInfo, Resource } from "@drover/lib/mesos/types";
import { refuseCniNetworks } from "../cni-networks";
import {
  type Containerizer,
  describeExit,
  type Ending,
  type PreparedContainer,
  type Run,
  type RunningContainer,
} from "../container";
import { LaunchError } from "../launch-error";
import { usageOfGroup } from "../process-table";
import { scalarSum } from "../resources/amounts";
import { executorResources } from "../tasks/executor-info";
import { findUser, type SystemUser } from "../users";
import type { CgroupLimits } from "./cgroup-limits";
import { type CommandEnvironment, commandEnvironment } from "./environment";
import { signalOfStatus } from "./signals";
import { SupervisedProcess } from "./supervised-process";

const LOOPBACK = "127.0.0.1";
/** So that the status tells a process that obeys SIGTERM from one that does not, even when there is no grace. */
const MIN_GRACE_MS = 200;

export interface CommandContainerizerOptions {
  environmentOf(run: Run): CommandEnvironment;
  metaDirectoryOf(run: Run): string;
  /** The user to run as; undefined: the agent's own. */
  userOf(run: Run): string | undefined;
  /** `cgroup.procs` files of the cgroups that tasks run in. */
  cgroups: readonly string[];
  /** Undefined: tasks are not limited (isolation `posix/cpu,posix/mem`). */
  limits?: CgroupLimits;
}

/** Runs tasks without an image as plain processes (launcher `posix`, no isolation). */
export class CommandContainerizer implements Containerizer {
  constructor(private readonly options: CommandContainerizerOptions) {}

  async prepare(run: Run): Promise<PreparedContainer> {
    const unsupported = unsupportedParts(run);
    if (unsupported !== undefined) {
      throw new LaunchError(`None of the enabled containerizers can run this task: ${unsupported}`);
    }
    refuseCniNetworks(run.task.container?.network_infos);
    refuseCniNetworks(run.pod?.executor.container?.network_infos);
    const argv = argvOf(run.task.command ?? {});
    const { limits, cgroups } = this.options;
    const own = limits?.create(run.containerId, resourcesOf(run), run.task.limits) ?? [];
    const supervised = await SupervisedProcess.start({
      argv,
      env: this.env(run),
      sandbox: run.sandbox,
      metaDirectory: this.options.metaDirectoryOf(run),
      user: this.user(run),
      // Its own last: in the same hierarchy they replace the machine's.
      cgroups: [...cgroups, ...own],
    });
    return {
      pid: supervised.id.pid,
      launch: async () => {
        supervised.go();
        return this.follow(run, supervised);
      },
      abandon: () => supervised.signal("SIGKILL"),
    };
  }

  async recover(run: Run): Promise<RunningContainer | undefined> {
    const supervised = SupervisedProcess.recover(this.options.metaDirectoryOf(run));
    if (supervised === undefined) {
      this.options.limits?.remove(run.containerId);
      return undefined;
    }
    return this.follow(run, supervised);
  }

  private follow(run: Run, supervised: SupervisedProcess): RunningContainer {
    let escalation: NodeJS.Timeout | undefined;
    const ended = supervised.ended.then((status) => {
      clearTimeout(escalation);
      return this.endingOf(run, status);
    });
    return {
      ended,
      checkAddress: LOOPBACK,
      pid: supervised.id.pid,
      stop: (graceMs) => {
        clearTimeout(escalation);
        supervised.signal("SIGTERM");
        const waitMs = Math.min(Math.max(graceMs, MIN_GRACE_MS), MAX_TIMER_MS);
        escalation = setTimeout(() => supervised.signal("SIGKILL"), waitMs);
      },
      exec: (command, limitMs) => execute(command, this.env(run), run.sandbox, this.user(run), limitMs),
      spawn: (command, directory, toFiles) => beside(command, this.env(run), directory, this.user(run), toFiles),
      usage: () => usageOfGroup(supervised.id.pid),
    };
  }

  private endingOf(run: Run, status: number | undefined): Ending {
    const { limits } = this.options;
    const outOfMemory = limits?.hasRunOutOfMemory(run.containerId) ?? false;
    limits?.remove(run.containerId);
    if (outOfMemory && status !== 0) {
      const limit = scalarSum(resourcesOf(run), "mem");
      const message = `Memory limit exceeded: Requested: ${limit}MB Maximum Used: ${limit}MB`;
      return { succeeded: false, message, reason: "REASON_CONTAINER_LIMITATION_MEMORY" };
    }
    return endingOf(status);
  }

  private env(run: Run): Record<string, string> {
    return commandEnvironment(run, this.options.environmentOf(run));
  }

  private user(run: Run): SystemUser | undefined {
    const name = this.options.userOf(run);
    return name === undefined ? undefined : findUser(name);
  }
}

/** What the container may use: the task's and, outside groups, its executor's, as upstream counts. */
function resourcesOf({ task, pod }: Run): Resource[] {
  return [...(task.resources ?? []), ...(pod === undefined ? executorResources(task) : [])];
}

/** Names the first thing a task asks for that a plain process does not have; undefined when there is none. */
function unsupportedParts({ task }: Run): string | undefined {
  const { container } = task;
  const parts = ["volumes", "hostname", "linux_info", "rlimit_info", "tty_info"] as const;
  const asked = parts.filter((part) => {
    const value = container?.[part];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  return asked.length === 0 ? undefined : `container.${asked[0]} needs a container of type DOCKER on this agent`;
}

/** Shell: `/bin/sh -c value`; else the value is executed, and the first argument is its own name. */
function argvOf({ shell = true, value, arguments: args = [] }: CommandInfo): string[] {
  if (!value) {
    throw new LaunchError("a command without an image needs a value");
  }
  return shell ? ["/bin/sh", "-c", value] : [value, ...args.slice(1)];
}

function endingOf(status: number | undefined): Ending {
  if (status === undefined) {
    return { succeeded: false, message: `Command ${describeExit(0, "Killed")}` };
  }
  return { succeeded: status === 0, message: `Command ${describeExit(status, signalOfStatus(status))}` };
}

/** Starts a command beside the task; its output goes to files in its directory or to pipes. */
function beside(
  command: CommandInfo,
  env: Record<string, string>,
  cwd: string,
  user: SystemUser | undefined,
  toFiles: boolean,
): ChildProcess {
  const own = (command.environment?.variables ?? []).map(({ name, value = "" }) => [name, value]);
  const [file = "", ...args] = argvOf(command);
  const files = toFiles ? ["stdout", "stderr"].map((name) => openSync(join(cwd, name), "a")) : [];
  const output: (number | "pipe")[] = toFiles ? files : ["pipe", "pipe"];
  const options = { cwd, env: { ...env, ...Object.fromEntries(own) }, detached: true, ...user };
  const child = spawn(file, args, { ...options, stdio: ["ignore", ...output] });
  files.forEach(closeSync);
  return child;
}

/** Runs the command of a check beside the task. */
function execute(
  command: CommandInfo,
  env: Record<string, string>,
  cwd: string,
  user: SystemUser | undefined,
  limitMs: number,
): Promise<number> {
  const own = (command.environment?.variables ?? []).map(({ name, value = "" }) => [name, value]);
  const [file = "", ...args] = argvOf(command);
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env, ...Object.fromEntries(own) }, detached: true, ...user };
    const child = spawn(file, args, { ...options, stdio: "ignore" });
    const timer = setTimeout(() => {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      reject(new Error(`the command took longer than ${limitMs} ms`));
    }, limitMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === null) {
        reject(new Error(`the command was ended by ${signal}`));
      } else {
        resolve(code);
      }
    });
  });
}
