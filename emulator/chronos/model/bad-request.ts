import { HttpError } from "@drover/lib/http/reply";

/** What upstream answers when a requirement of it is not met: 400 with the exception's text. */
export function requirementFailed(message: string): HttpError {
  return new HttpError(400, `java.lang.IllegalArgumentException: requirement failed: ${message}`);
}

export function unknownJob(name: string): HttpError {
  return requirementFailed(`JobSchedule '${name}' not found`);
}
