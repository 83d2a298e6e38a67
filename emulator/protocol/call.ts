import { HttpError } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { type Message, MessageError, readMessage } from "./json-message";
import { isMediaType, type MediaType } from "./media-type";
import { decodeMessage } from "./protobuf";
import { messages } from "./schema";

export interface CallForm {
  /** Message of the schema, for instance `SchedulerCall`. */
  message: string;
  /** Name in upstream's error texts, for instance `scheduler::Call`. */
  name: string;
  /** Types that this side takes; any other one is answered like a type that nobody knows. */
  types: ReadonlySet<string>;
  /** Types whose body may be left out although they have one. */
  optionalBodies: ReadonlySet<string>;
}

/**
 * Reads a call of one of the v1 APIs, with upstream's checks in upstream's order and words: media type, form, types of
 * fields, `type`, body. An unknown type counts as absent.
 * @throws HttpError 400, 413, 415, 501
 */
export async function readCall(
  context: Context,
  form: CallForm,
): Promise<{ call: { type: string } & Message; media: MediaType }> {
  const media = context.request.headers["content-type"];
  if (media === undefined) {
    throw new HttpError(400, "Expecting 'Content-Type' to be present");
  }
  if (!isMediaType(media)) {
    throw new HttpError(415, "Expecting 'Content-Type' of application/json or application/x-protobuf");
  }
  const body = await context.body();
  const call = media === "application/json" ? fromJson(form.message, body) : fromProtobuf(form.message, body);
  const { type } = call;
  if (type === "UNKNOWN") {
    throw new HttpError(501, "501 Not Implemented.");
  }
  if (typeof type !== "string" || !form.types.has(type)) {
    throw invalid(form.name, "Expecting 'type' to be present");
  }
  const bodyName = type.toLowerCase();
  const hasBody = messages.get(form.message)?.some(({ name }) => name === bodyName) === true;
  if (hasBody && call[bodyName] === undefined && !form.optionalBodies.has(type)) {
    throw invalid(form.name, `Expecting '${bodyName}' to be present`);
  }
  return { call: { ...call, type }, media };
}

/** A call that upstream's validation refuses. */
export function invalid(name: string, problem: string): HttpError {
  return new HttpError(400, `Failed to validate ${name}: ${problem}`);
}

function fromJson(message: string, body: Buffer): Message {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new HttpError(400, "Failed to parse body into JSON: syntax error at line 1 near: ");
  }
  try {
    return readMessage(message, value);
  } catch (error) {
    throw error instanceof MessageError
      ? new HttpError(400, `Failed to convert JSON into Call protobuf: ${error.message}`)
      : error;
  }
}

function fromProtobuf(message: string, body: Buffer): Message {
  try {
    return decodeMessage(message, body);
  } catch (error) {
    throw error instanceof MessageError ? new HttpError(400, "Failed to parse body into Call protobuf") : error;
  }
}
