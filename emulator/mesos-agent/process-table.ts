import { readdirSync, readFileSync } from "node:fs";
import type { Usage } from "./container";

const CLOCK_TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessId {
  pid: number;
  /** Clock ticks since the boot. */
  startTicks: number;
}

interface Stat extends ProcessId {
  state: string;
  group: number;
  userTicks: number;
  systemTicks: number;
  rssPages: number;
}

/** Identity of a running process; undefined when it has gone. */
export function identify(pid: number): ProcessId | undefined {
  const stat = readStat(pid);
  return stat && { pid, startTicks: stat.startTicks };
}

/** True while exactly this process runs (a zombie does not). */
export function isAlive({ pid, startTicks }: ProcessId): boolean {
  const stat = readStat(pid);
  return stat?.startTicks === startTicks && stat.state !== "Z";
}

/** What all processes of a group use together. */
export function usageOfGroup(group: number): Usage {
  return sum(running().filter((stat) => stat.group === group));
}

/** What all processes of a Docker container use together, found by its full id in their cgroup paths. */
export function usageOfContainer(dockerId: string): Usage {
  return sum(running().filter(({ pid }) => readProc(pid, "cgroup")?.includes(dockerId)));
}

function running(): Stat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => readStat(Number(pid)) ?? []);
}

function sum(stats: readonly Stat[]): Usage {
  const total = (pick: (stat: Stat) => number) => stats.reduce((result, stat) => result + pick(stat), 0);
  return {
    cpusUserSeconds: total((stat) => stat.userTicks) / CLOCK_TICKS_PER_SECOND,
    cpusSystemSeconds: total((stat) => stat.systemTicks) / CLOCK_TICKS_PER_SECOND,
    memRssBytes: total((stat) => stat.rssPages) * PAGE_BYTES,
  };
}

/** Reads /proc/<pid>/stat; the fields are counted after the command, which may contain anything. */
function readStat(pid: number): Stat | undefined {
  const text = readProc(pid, "stat");
  if (text === undefined) {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (index: number) => Number(fields[index]);
  return {
    pid,
    state: fields[0] ?? "",
    group: number(2),
    userTicks: number(11) + number(13),
    systemTicks: number(12) + number(14),
    startTicks: number(19),
    rssPages: number(21),
  };
}

/** Undefined when the process has gone. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
