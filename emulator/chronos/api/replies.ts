import { empty, type HttpError, json, type Reply } from "@drover/lib/http/reply";
import { NoRouteError } from "@drover/lib/http/router";

const names: Record<number, string> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Request Entity Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export const done: Reply = empty(204);

/** Upstream's form of an error: the status in words, and the exception's text. */
export function errorReply(error: HttpError): Reply {
  const status = names[error.status] ?? String(error.status);
  const message = error instanceof NoRouteError ? status : error.message;
  return json({ status, message }, error.status, error.headers);
}
