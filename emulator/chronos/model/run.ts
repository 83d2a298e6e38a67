import type { Rounds } from "./graph";
import type { Job } from "./job";
import { formatTaskId } from "./task-id";

/** One run of a job, from the moment it is due. */
export interface Run {
  taskId: string;
  dueMs: number;
  /** 0 for the first one. */
  attempt: number;
  /** Given with `PUT job/{name}?arguments=`, in place of the job's own. */
  arguments?: string;
}

/** A run that waits for an offer. */
export interface QueuedRun extends Run {
  queuedAtMs: number;
}

/** A run that has failed and waits for its time. */
export interface DelayedRun extends Run {
  notBeforeMs: number;
}

/** A run that Mesos has been, or is being asked to launch. */
export interface ActiveRun extends Run {
  agentId: string;
  launchedAtMs: number;
  /** Mesos has said something about it, so the launch has arrived. */
  isConfirmed: boolean;
  startedAtMs?: number;
  /** Asked for by a user: not to be tried again. */
  isToBeKilled?: true;
  /** The task of an async job has ended; `PUT task/{id}` will say how. */
  awaitsReport?: true;
}

/** The end of a run, or its middle. */
export interface RunReport {
  taskId: string;
  agentId: string;
  startedAtMs?: number;
  endedAtMs?: number;
  status: "Running" | "Success" | "Fail";
  elementsProcessed?: number;
}

/** Everything about a job that is not its definition. */
export interface Activity {
  queued?: QueuedRun;
  delayed: DelayedRun[];
  active: ActiveRun[];
  rounds: Rounds;
  /** Newest first. */
  history: RunReport[];
}

export interface JobRecord {
  job: Job;
  activity: Activity;
}

export const noActivity: Activity = { delayed: [], active: [], rounds: {}, history: [] };

/** @param given by the user who starts this run */
export function newRun(job: Job, dueMs: number, attempt = 0, given?: string): Run {
  const words = given ?? job.arguments.join(" ");
  const taskId = formatTaskId({ dueMs, attempt, jobName: job.name, arguments: words });
  return { taskId, dueMs, attempt, ...(given === undefined ? {} : { arguments: given }) };
}

/** `idle`, `queued` or `2 running` */
export function currentState({ active, queued }: Activity): string {
  if (active.length > 0) return `${active.length} running`;
  return queued ? "queued" : "idle";
}
