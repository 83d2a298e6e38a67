import type { ChildProcess } from "node:child_process";
import type { CommandInfo, FrameworkInfo, Reason, TaskInfo } from "@drover/lib/mesos/types";
import type { RunId } from "./checkpoint/paths";
import type { PodInfo } from "./pods/pod-info";

/** One launch of a task on this agent. */
export interface Run extends RunId {
  task: TaskInfo;
  framework: FrameworkInfo;
  /** The sandbox on the host. */
  sandbox: string;
  /** The executor it belongs to, when it is part of a task group. */
  pod?: PodInfo;
}

/** How a container ended. */
export interface Ending {
  succeeded: boolean;
  /** `Container exited with status 1`, `Command terminated with signal Killed`. */
  message: string;
  /** Set when a limit has ended it. */
  reason?: Reason;
}

/** What a container uses; memory in bytes, times in seconds since its start. */
export interface Usage {
  cpusUserSeconds: number;
  cpusSystemSeconds: number;
  memRssBytes: number;
}

/** A container that has been started, and may have ended meanwhile. */
export interface RunningContainer {
  readonly ended: Promise<Ending>;
  /** Where HTTP and TCP checks connect; undefined when the container has no network. */
  readonly checkAddress: string | undefined;
  /** Its own address; undefined when it shares the agent's. */
  readonly ownAddress?: string;
  /** `data` of TASK_RUNNING, base64. */
  readonly data?: string;
  readonly pid?: number;
  /** Asks the container to end and kills it after the grace; a later call with a shorter grace wins. */
  stop(graceMs: number): void;
  /** Runs a command in it. @returns its exit status @throws Error when it cannot be run or takes longer than the limit */
  exec(command: CommandInfo, limitMs: number): Promise<number>;
  usage(): Usage;
  /** Starts a process beside the task, with its environment, in a process group of its own; undefined with Docker. */
  spawn?(command: CommandInfo, directory: string, toFiles: boolean): ChildProcess;
}

/** A container of which everything is there but the task's own process. */
export interface PreparedContainer {
  readonly pid?: number;
  launch(): Promise<RunningContainer>;
  /** The task will not run after all. */
  abandon(): void;
}

/** Makes containers of one kind. */
export interface Containerizer {
  /** Everything before the task counts as starting: refuses what is not supported, gets the image. */
  prepare(run: Run, signal: AbortSignal): Promise<PreparedContainer>;
  /** Takes up a container of an earlier life of the agent; undefined when it runs no more. */
  recover(run: Run): Promise<RunningContainer | undefined>;
}

/** How a process ended, in the words of Mesos: `exited with status 3`, `terminated with signal Killed`. */
export function describeExit(status: number, signal?: string): string {
  return signal === undefined ? `exited with status ${status}` : `terminated with signal ${signal}`;
}
