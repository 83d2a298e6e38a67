import type { IncomingMessage } from "node:http";
import { HttpError, type Reply } from "@drover/lib/http/reply";
import { encodeMessage } from "./protobuf";

/** The two forms of the v1 APIs. */
export type MediaType = "application/json" | "application/x-protobuf";

/** Only the exact spellings pass, as upstream: no parameters, no capitals. */
export function isMediaType(text: string): text is MediaType {
  return text === "application/json" || text === "application/x-protobuf";
}

/**
 * The form to answer in: JSON where the client takes it or does not say, else protobuf.
 * @throws HttpError 406 when the client takes neither
 */
export function acceptedMediaType({ headers }: IncomingMessage): MediaType {
  const types = (headers.accept ?? "*/*").split(",").map((part) => part.split(";")[0]?.trim() ?? "");
  if (types.some((type) => type === "application/json" || type === "application/*" || type === "*/*")) {
    return "application/json";
  }
  if (types.includes("application/x-protobuf")) {
    return "application/x-protobuf";
  }
  throw new HttpError(406, "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'");
}

/** A message of the schema in one of the forms. */
export function serialise(media: MediaType, type: string, message: object): Buffer {
  return media === "application/json"
    ? Buffer.from(JSON.stringify(message))
    : Buffer.from(encodeMessage(type, message));
}

/** A whole answer in one of the forms. */
export function messageReply(media: MediaType, type: string, message: object): Reply {
  return { status: 200, headers: { "Content-Type": media }, body: serialise(media, type, message) };
}
