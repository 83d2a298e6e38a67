import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutorInfo, TaskInfo, TaskState } from "@drover/lib/mesos/types";
import type { Shape } from "./shape";

/** What one request is answered; `{sandbox}` and `{framework}` stand for those of the task `sleeper`. */
export interface Exchange {
  name: string;
  method: string;
  path: string;
  body?: Record<string, unknown>;
  status: number;
  headers: Record<string, string>;
  /** The exact body where it is short and the same everywhere, else the form of the JSON. */
  exactly?: unknown;
  shape?: Shape;
}

/** One status update as a scheduler gets it, less what is of the moment. */
export interface UpdateFact {
  state: TaskState;
  source?: string;
  reason?: string;
  message?: string;
  healthy?: boolean;
  check_status?: unknown;
  shape: Shape;
}

/** What the agent's part of the suite compares with, made by make-facts.ts. */
export interface Facts {
  exchanges: Exchange[];
  /** Tasks to launch, by name, without ids and resources. */
  tasks: Record<string, Partial<TaskInfo>>;
  /** Their updates, until they are killed or end. */
  updates: Record<string, UpdateFact[]>;
  pod: PodFacts;
}

/** A task group of which one task is killed: the other goes with it, then the executor ends. */
export interface PodFacts {
  executor: ExecutorInfo;
  tasks: Record<string, Partial<TaskInfo>>;
  killed: string;
  updates: Record<string, UpdateFact[]>;
  /** FAILURE, when the executor has ended. */
  failure: Shape;
}

export const FACTS_FILE = join(__dirname, "facts.json");

export function readFacts(): Facts {
  return JSON.parse(readFileSync(FACTS_FILE, "utf8")) as Facts;
}
