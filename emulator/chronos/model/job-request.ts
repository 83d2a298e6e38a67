import { HttpError } from "@drover/lib/http/reply";
import { requirementFailed } from "./bad-request";
import type { DependentJob, ScheduledJob } from "./job";
import { type JobDefaults, jobSchema, type PostedJob } from "./job-schema";
import { earliestStart, parseSchedule } from "./schedule";

const namePattern = /^[\w.-]+$/;

/** Upstream's schedule of a job that says neither when nor after which others it runs. */
const once = "R1//PT24H";

/** Reads the body of `POST iso8601`. @throws HttpError 400 */
export function readScheduledJob(body: Buffer, defaults: JobDefaults): ScheduledJob {
  const { parents: _, schedule = once, ...rest } = read(body, defaults);
  const parsed = parseSchedule(schedule, rest.scheduleTimeZone);
  if (parsed === undefined) throw new HttpError(400, `Cannot parse schedule '${schedule}'`);
  if (parsed.start < earliestStart) {
    throw new HttpError(400, `Scheduled start date '${parsed.start.toISO()}' is before 1970!`);
  }
  return { ...rest, schedule: withStart(schedule, parsed.start.toISO() ?? "") };
}

/** Reads the body of `POST dependency`. @throws HttpError 400 */
export function readDependentJob(body: Buffer, defaults: JobDefaults): DependentJob {
  const { schedule: _, scheduleTimeZone: __, parents = [], ...rest } = read(body, defaults);
  if (parents.length === 0) throw new HttpError(400, "java.lang.Exception: Error, parent does not exist");
  return { ...rest, parents: [...new Set(parents)] };
}

type Common = Omit<PostedJob, "gpus">;

function read(body: Buffer, defaults: JobDefaults): Common {
  const result = jobSchema(defaults).safeParse(withoutNulls(parse(body)));
  if (!result.success) {
    const faults = result.error.issues.map(({ path, message }) => `${path.join(".") || "the job"}: ${message}`);
    throw requirementFailed(faults.join("; "));
  }
  const { gpus: _, ...job } = result.data;
  if (!namePattern.test(job.name)) {
    throw requirementFailed("the job's name is invalid. Allowed names: '([\\w\\.-]+)'");
  }
  if (job.fetch.length > 0 && job.uris.length > 0) {
    throw new HttpError(400, `Tried to add both uri (deprecated) and fetch parameters on ${job.name}`);
  }
  return job;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new HttpError(400, `com.fasterxml.jackson.core.JsonParseException: ${(error as Error).message}`);
  }
}

/** An explicit null means the same as a field left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given.map(([key, each]) => [key, withoutNulls(each)]));
}

/** An empty start means now: it must not mean another now each time the job is looked at. */
function withStart(schedule: string, start: string): string {
  return schedule.replace(/^(R\d*)\/\//, (_, repeat: string) => `${repeat}/${start}/`);
}
