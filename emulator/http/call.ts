import { HttpError } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { checkMessage, type Shape } from "./message-shape";

/** Types of a call: the shape of their body, `null` where there is none, and whether the body may be left out. */
export type CallShapes = { readonly [type: string]: { body: Shape | null; optional?: boolean } };

const JSON_TYPE = "application/json";

/**
 * Reads a call of one of the v1 APIs, with upstream's checks in upstream's order and words: media type, JSON, types of
 * fields, `type`, body. This side speaks JSON only. An unknown type counts as absent.
 * @param name `scheduler::Call`, `master::Call` or `agent::Call`
 * @param common fields besides `type` and the body
 * @throws HttpError 400, 413, 415
 */
export async function readCall(
  context: Context,
  name: string,
  shapes: CallShapes,
  common: Shape = {},
): Promise<{ type: string } & Record<string, unknown>> {
  const contentType = context.request.headers["content-type"];
  if (contentType === undefined) {
    throw new HttpError(400, "Expecting 'Content-Type' to be present");
  }
  if (contentType !== JSON_TYPE) {
    throw new HttpError(415, `Expecting 'Content-Type' of ${JSON_TYPE}`);
  }
  const call = parse(await context.body());
  checkMessage(call, { type: { type: "string" }, ...common, ...bodyShapes(shapes) }, "Call");
  const known = call as Record<string, unknown>;
  const type = typeof known.type === "string" ? known.type : "";
  if (type === "UNKNOWN") {
    throw new HttpError(501, "501 Not Implemented.");
  }
  const shape = Object.hasOwn(shapes, type) ? shapes[type] : undefined;
  if (!shape) {
    throw invalid(name, "Expecting 'type' to be present");
  }
  const bodyName = type.toLowerCase();
  if (shape.body !== null && !shape.optional && known[bodyName] === undefined) {
    throw invalid(name, `Expecting '${bodyName}' to be present`);
  }
  return { ...known, type };
}

/** A call that upstream's validation refuses. */
export function invalid(name: string, problem: string): HttpError {
  return new HttpError(400, `Failed to validate ${name}: ${problem}`);
}

/** @throws HttpError 406 when the client does not take JSON */
export function requireJsonAccepted(context: Context): void {
  const accept = context.request.headers.accept ?? "*/*";
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim());
  if (!types.some((type) => type === JSON_TYPE || type === "application/*" || type === "*/*")) {
    throw new HttpError(406, `Expecting 'Accept' to allow '${JSON_TYPE}'`);
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new HttpError(400, "Failed to parse body into JSON: syntax error at line 1 near: ");
  }
}

function bodyShapes(shapes: CallShapes): Shape {
  return Object.fromEntries(
    Object.entries(shapes).flatMap(([type, { body }]) =>
      body === null ? [] : [[type.toLowerCase(), { type: body }] as const],
    ),
  );
}
