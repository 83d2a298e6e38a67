import { HttpError, json } from "@drover/lib/http/reply";
import type { Context, Router } from "@drover/lib/http/router";
import { changeJobs, type JobActions } from "../leader/job-actions";
import type { Leader } from "../leader/leader";
import { requirementFailed, unknownJob } from "../model/bad-request";
import { isScheduled, lastState, parentsOf } from "../model/job";
import { readDependentJob, readScheduledJob } from "../model/job-request";
import type { JobDefaults } from "../model/job-schema";
import { jobView, listedJobView } from "../model/job-view";
import { currentState, type JobRecord } from "../model/run";
import { parseTaskId } from "../model/task-id";
import { done } from "./replies";
import { jobStatistics } from "./statistics-view";

export interface JobRoutesOptions {
  leaderOf: () => Leader;
  defaults: JobDefaults;
  historyLimit: number;
}

/**
 * Everything about jobs below one base path.
 * @param isOld 2.x: also takes PUT where 3.x wants POST
 */
export function addJobRoutes(router: Router, base: string, isOld: boolean, options: JobRoutesOptions): void {
  const { leaderOf, defaults, historyLimit } = options;
  const actions = (): JobActions => changeJobs(leaderOf(), historyLimit);
  const known = (context: Context): JobRecord => {
    const { name = "" } = context.params;
    const record = leaderOf().book.get(name);
    if (record === undefined) throw unknownJob(name);
    return record;
  };
  for (const method of isOld ? ["POST", "PUT"] : ["POST"]) {
    router
      .on(method, `${base}/iso8601`, async (context) => {
        const job = readScheduledJob(await jsonBody(context), defaults);
        await actions().put(job);
        return done;
      })
      .on(method, `${base}/dependency`, async (context) => {
        const job = readDependentJob(await jsonBody(context), defaults);
        await actions().put(job);
        return done;
      });
  }
  router
    .on("GET", `${base}/jobs`, () =>
      json(
        leaderOf()
          .book.all()
          .map(({ job }) => listedJobView(job)),
      ),
    )
    .on("GET", `${base}/jobs/summary`, () => json({ jobs: leaderOf().book.all().map(summary) }))
    .on("GET", `${base}/jobs/search`, ({ query }) => json(search(leaderOf().book.all(), query)))
    .on("GET", `${base}/job/stat/:name`, (context) => json(jobStatistics(known(context), leaderOf().statistics)))
    .on("PUT", `${base}/job/success/:name`, async ({ params: { name = "" } }) => {
      const isKnown = await actions().markSuccess(name);
      return json(`marked job ${name} as successful: ${isKnown}`);
    })
    .on("POST", `${base}/job/:name/task/:taskId/progress`, async (context) => {
      const { job } = known(context);
      const { taskId = "" } = context.params;
      const added = readProgress(await jsonBody(context));
      if (parseTaskId(taskId) === undefined) throw requirementFailed(`Invalid task id format ${taskId}`);
      if (!job.dataProcessingJobType) {
        throw requirementFailed(`JobSchedule '${job.name}' is not enabled to track data`);
      }
      await actions().addProgress(job.name, taskId, added);
      return done;
    })
    .on("GET", `${base}/job/:name`, (context) => json(jobView(known(context).job)))
    .on("PUT", `${base}/job/:name`, async (context) => {
      const given = context.query.get("arguments")?.trim();
      await actions().runNow(known(context).job.name, given || undefined);
      return done;
    })
    .on("DELETE", `${base}/job/:name`, async (context) => {
      await actions().remove(known(context).job.name);
      return done;
    });
}

/** @throws HttpError 415 for a body that does not call itself JSON */
export async function jsonBody({ request, body }: Context): Promise<Buffer> {
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!/^(application|text)\/([\w.-]+\+)?json$/.test(type)) {
    throw new HttpError(415, `send application/json, not '${type || "application/octet-stream"}'`);
  }
  return body();
}

function summary({ job, activity }: JobRecord) {
  return {
    name: job.name,
    status: lastState(job),
    state: currentState(activity),
    schedule: isScheduled(job) ? job.schedule : "",
    parents: parentsOf(job),
    disabled: job.disabled,
  };
}

/** `name` and `command` must both be contained; `any` brings back what has it in either. */
function search(records: readonly JobRecord[], query: URLSearchParams) {
  const wanted = (key: string) => query.get(key)?.toLowerCase() ?? "";
  const [name, command, any] = [wanted("name"), wanted("command"), wanted("any")];
  const has = (text: string, part: string) => text.toLowerCase().includes(part);
  const found = records.filter(
    ({ job }) =>
      (has(job.name, name) && has(job.command, command)) ||
      (any !== "" && (has(job.name, any) || has(job.command, any))),
  );
  const offset = Math.max(0, wholeNumber(query, "offset", 0));
  return found.slice(offset, offset + Math.max(0, wholeNumber(query, "limit", 10))).map(({ job }) => jobView(job));
}

/** @throws HttpError 404, which is what upstream's framework makes of a parameter it cannot read */
function wholeNumber(query: URLSearchParams, key: string, initial: number): number {
  const text = query.get(key);
  if (text === null || text === "") return initial;
  if (!/^-?\d{1,9}$/.test(text)) throw new HttpError(404, `${key}: '${text}' is not a whole number`);
  return Number(text);
}

function readProgress(body: Buffer): number {
  let added: unknown;
  try {
    added = (JSON.parse(body.toString("utf8")) as { numAdditionalElementsProcessed?: unknown } | null)
      ?.numAdditionalElementsProcessed;
  } catch (error) {
    throw new HttpError(400, `com.fasterxml.jackson.core.JsonParseException: ${(error as Error).message}`);
  }
  if (typeof added !== "number" || !Number.isSafeInteger(added) || added < 0) {
    throw requirementFailed(`numAdditionalElementsProcessed (${String(added)}) is not positive`);
  }
  return added;
}
