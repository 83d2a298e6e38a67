import type { ChildProcess } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { HttpError } from "@drover/lib/http/reply";
import type { CommandInfo } from "@drover/lib/mesos/types";
import { NESTED } from "../checkpoint/paths";
import type { RunningContainer } from "../container";
import { executorsOf } from "../tasks/executors";
import type { TaskRegistry } from "../tasks/task-registry";

/** A container's id with those it is nested in. */
export interface ContainerId {
  value: string;
  parent?: ContainerId;
}

/** Told of what a session's process writes. */
export type OutputListener = (channel: "STDOUT" | "STDERR", data: Buffer) => void;

interface Nested {
  process: ChildProcess;
  sandbox: string;
  /** Wait status of its process, as wait(2) gives it. */
  ended: Promise<number>;
  hasEnded: boolean;
}

interface Parent {
  sandbox: string;
  running: RunningContainer;
}

/** Containers that operators start inside those of tasks. They end with their parent and with the agent's process. */
export class NestedContainers {
  private readonly containers = new Map<string, Nested>();

  constructor(private readonly tasks: TaskRegistry) {}

  /**
   * Starts a command in a container of its own below another one.
   * @param onOutput for sessions; without it the output goes to files in its sandbox
   * @returns false when there is a container of that id already
   * @throws HttpError 400 for ids and parents that do not do
   */
  launch(id: ContainerId, command: CommandInfo | undefined, onOutput?: OutputListener): boolean {
    const { parent } = id;
    if (parent === undefined || !/^[A-Za-z0-9_-]+$/.test(id.value)) {
      throw new HttpError(
        400,
        `Invalid container id '${id.value}': it needs a parent, and letters, digits, - and _ only`,
      );
    }
    if (this.containers.has(keyOf(id))) {
      return false;
    }
    const found = this.find(parent);
    if (found === undefined) {
      throw new HttpError(400, `Parent container ${keyOf(parent)} does not exist`);
    }
    const { spawn } = found.running;
    if (spawn === undefined || !command?.value) {
      throw new HttpError(400, "The provided ContainerInfo is not supported");
    }
    const sandbox = join(found.sandbox, NESTED, id.value);
    mkdirSync(sandbox, { recursive: true });
    const process = spawn(command, sandbox, onOutput === undefined);
    const nested: Nested = { process, sandbox, ended: untilEnd(process), hasEnded: false };
    void nested.ended.then(() => {
      nested.hasEnded = true;
    });
    void found.running.ended.then(() => killGroup(process, "SIGKILL"));
    if (onOutput !== undefined) {
      process.stdout?.on("data", (data: Buffer) => onOutput("STDOUT", data));
      process.stderr?.on("data", (data: Buffer) => onOutput("STDERR", data));
    }
    this.containers.set(keyOf(id), nested);
    return true;
  }

  /** @returns the wait status of its process, once it has ended @throws HttpError 404 */
  wait(id: ContainerId): Promise<number> {
    return this.get(id).ended;
  }

  /** @throws HttpError 404 */
  kill(id: ContainerId, signal: number = constants.signals.SIGKILL): void {
    end(this.get(id), signal);
  }

  /** Kills a container that may be gone already. */
  killIfThere(id: ContainerId): void {
    const nested = this.containers.get(keyOf(id));
    if (nested !== undefined) {
      end(nested, constants.signals.SIGKILL);
    }
  }

  /** Forgets a container that has ended, with its sandbox. @throws HttpError 404, 409 while it runs */
  remove(id: ContainerId): void {
    const nested = this.get(id);
    if (!nested.hasEnded) {
      throw new HttpError(409, "Nested container has not terminated yet");
    }
    rmSync(nested.sandbox, { recursive: true, force: true });
    this.containers.delete(keyOf(id));
  }

  private get(id: ContainerId): Nested {
    const nested = this.containers.get(keyOf(id));
    if (nested === undefined) {
      throw new HttpError(404, `Container ${keyOf(id)} cannot be found`);
    }
    return nested;
  }

  /** A running container of a task or a task group; clients may leave out what the container is nested in itself. */
  private find({ value }: ContainerId): Parent | undefined {
    for (const framework of this.tasks.frameworks.values()) {
      for (const { containerId, sandbox, members } of executorsOf(framework).active) {
        const own = members.find(({ taskRun }) => taskRun.run.containerId === value)?.taskRun;
        const running = own?.running ?? (containerId === value ? firstRunning(members) : undefined);
        if (running !== undefined) {
          return { sandbox: own?.run.sandbox ?? sandbox, running };
        }
      }
    }
    return undefined;
  }
}

function firstRunning(members: readonly { taskRun: { running: RunningContainer | undefined } }[]) {
  return members.map(({ taskRun }) => taskRun.running).find((running) => running !== undefined);
}

function end({ process, hasEnded }: Nested, signal: number): void {
  if (!hasEnded) {
    killGroup(process, signal);
  }
}

function keyOf({ value, parent }: ContainerId): string {
  return parent === undefined ? value : `${keyOf(parent)}.${value}`;
}

function untilEnd(process: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    process.once("error", () => resolve(127 << 8));
    process.once("close", (code, signal) =>
      resolve(code === null ? constants.signals[signal ?? "SIGKILL"] : code << 8),
    );
  });
}

function killGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals | number): void {
  if (pid !== undefined && exitCode === null && signalCode === null) {
    try {
      process.kill(-pid, signal);
    } catch {
      // it has gone by itself, or there is no such signal
    }
  }
}
