import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Shape } from "../shape";

/** One request and what a real master answered. `$FRAMEWORK`, `$STREAM` and `$LEADER` stand for what differs. */
export interface Exchange {
  name: string;
  method: string;
  path: string;
  /** Only those that matter. */
  headers: Record<string, string>;
  body?: string;
  status: number;
  /** Content-Type, Allow, Location and WWW-Authenticate, where they were there. */
  answerHeaders: Record<string, string>;
  /** Of an answer that is text. */
  text?: string;
  /** Of an answer that is JSON. */
  shape?: Shape;
}

export interface MadeStatus {
  name: string;
  state: string;
  source: string;
  reason?: string;
  message?: string;
  fields: string[];
}

/** What the recordings say, in our own form; made by make-facts.ts. */
export interface Facts {
  legacy: Exchange[];
  operator: Exchange[];
  scheduler: Exchange[];
  /** Shapes of events by type, and the order in which a stream begins. */
  schedulerEvents: Record<string, Shape>;
  operatorEvents: Record<string, Shape>;
  schedulerBegins: string[];
  operatorBegins: string[];
  /** Statuses that the master itself makes. */
  statuses: MadeStatus[];
}

export function readFacts(): Facts {
  return JSON.parse(readFileSync(join(__dirname, "facts.json"), "utf8")) as Facts;
}
