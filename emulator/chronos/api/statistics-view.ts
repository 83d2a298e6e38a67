import { DateTime } from "luxon";
import type { Statistics } from "../leader/statistics";
import type { JobRecord, RunReport } from "../model/run";

/** `GET job/stat/{name}` */
export function jobStatistics({ job, activity }: JobRecord, statistics: Statistics) {
  return {
    histogram: statistics.histogram(job.name),
    taskStatHistory: activity.history.map((report) => reportView(job.name, report)),
  };
}

/** `GET stats/{percentile}`: seconds, the slowest job first; nothing for a word that is no key of a histogram. */
export function allStatistics(names: readonly string[], statistics: Statistics, key: string) {
  return names
    .flatMap((name) => {
      const value = Object.entries(statistics.histogram(name)).find(([each]) => each === key)?.[1];
      return value === undefined ? [] : [{ jobNameLabel: name, time: value / 1000 }];
    })
    .sort((a, b) => b.time - a.time);
}

function reportView(jobName: string, report: RunReport) {
  const { taskId, agentId, startedAtMs, endedAtMs, status, elementsProcessed } = report;
  const isTimed = startedAtMs !== undefined && endedAtMs !== undefined;
  return {
    taskId,
    jobName,
    slaveId: agentId,
    startTime: time(startedAtMs),
    endTime: time(endedAtMs),
    ...(isTimed ? { duration: duration(endedAtMs - startedAtMs) } : {}),
    status,
    ...(elementsProcessed === undefined ? {} : { numElementsProcessed: elementsProcessed }),
  };
}

function time(ms: number | undefined): string {
  return ms === undefined ? "N/A" : DateTime.fromMillis(ms, { zone: "utc" }).toFormat("MM/dd/yy HH:mm:ss");
}

/** `1h2m3s`; hours and minutes only when there are some. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes}m` : ""}${seconds % 60}s`;
}
