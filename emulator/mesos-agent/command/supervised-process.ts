import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readText, writeJson } from "../checkpoint/files";
import { RUN_FILES } from "../checkpoint/paths";
import { identify, isAlive, type ProcessId } from "../process-table";
import type { SystemUser } from "../users";
import { statusOfSignal } from "./signals";
import { enterCgroups } from "./task-cgroups";

/**
 * Waits for a line, so that nothing of the task exists before it can be found again. Then runs the task in the
 * foreground and writes its exit status to descriptor 3, so that an agent that was restarted meanwhile learns it.
 * Signals to the group reach the task; the trap only keeps the supervisor alive to see its end (a trap, unlike an
 * ignored signal, is not inherited).
 */
const SUPERVISOR = `read -r go || exit 1; trap : HUP INT TERM; "$@" </dev/null 3>&-; echo $? >&3`;

const POLL_MS = 500;

export interface ProcessOptions {
  argv: string[];
  env: Record<string, string>;
  sandbox: string;
  /** Where pid and exit status are kept. */
  metaDirectory: string;
  /** Undefined: the agent's own. */
  user?: SystemUser;
  /** `cgroup.procs` files of the cgroups to run in. */
  cgroups: readonly string[];
}

/** A task's process in a session and process group of its own, which outlive the agent. */
export class SupervisedProcess {
  /** Exit status of the task, or of the signal that ended its supervisor with it; undefined when nobody saw its end. */
  readonly ended: Promise<number | undefined>;

  private constructor(
    readonly id: ProcessId,
    private readonly metaDirectory: string,
    private readonly child?: ChildProcess,
  ) {
    this.ended = this.untilEnd(child);
  }

  /**
   * Makes the process and the supervisor, which waits for {@link go}; it ends by itself when the agent dies before.
   * @throws Error when the process cannot be started
   */
  static async start({ argv, env, sandbox, metaDirectory, user, cgroups }: ProcessOptions): Promise<SupervisedProcess> {
    const files = [
      openSync(join(sandbox, "stdout"), "a"),
      openSync(join(sandbox, "stderr"), "a"),
      openSync(join(metaDirectory, RUN_FILES.exitStatus), "w"),
    ];
    try {
      const child = spawn("/bin/sh", ["-c", SUPERVISOR, "mesos-task", ...argv], {
        cwd: sandbox,
        env,
        detached: true,
        stdio: ["pipe", ...files],
        ...user,
      });
      await new Promise<void>((resolve, reject) => {
        child.once("spawn", resolve).once("error", reject);
      });
      const id = identify(child.pid ?? 0);
      if (id === undefined) {
        throw new Error("the process has gone before it was seen");
      }
      writeJson(join(metaDirectory, RUN_FILES.process), id);
      enterCgroups(id.pid, cgroups);
      child.unref();
      return new SupervisedProcess(id, metaDirectory, child);
    } finally {
      files.forEach(closeSync);
    }
  }

  /** Takes up a process of an earlier life of the agent; undefined when it runs no more. */
  static recover(metaDirectory: string): SupervisedProcess | undefined {
    const text = readText(join(metaDirectory, RUN_FILES.process));
    const id = text === undefined ? undefined : (JSON.parse(text) as ProcessId);
    return id && isAlive(id) ? new SupervisedProcess(id, metaDirectory) : undefined;
  }

  /** Lets the task begin. */
  go(): void {
    this.child?.stdin?.end("go\n");
  }

  /** Signals the whole group. */
  signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.id.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
        throw error;
      }
    }
  }

  private async untilEnd(child: ChildProcess | undefined): Promise<number | undefined> {
    if (child === undefined) {
      while (isAlive(this.id)) {
        await sleep(POLL_MS);
      }
    } else if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => child.once("exit", resolve));
    }
    this.signal("SIGKILL"); // children that the task has left behind
    const status = readText(join(this.metaDirectory, RUN_FILES.exitStatus))?.trim();
    if (status) return Number(status);
    // A signal that comes before the trap is set ends the supervisor itself.
    const signal = child?.signalCode;
    return signal ? statusOfSignal(signal) : undefined;
  }
}
