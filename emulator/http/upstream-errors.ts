import { STATUS_CODES } from "node:http";
import { type HttpError, type Reply, text } from "@drover/lib/http/reply";
import { type Context, NoRouteError } from "@drover/lib/http/router";

/** Words what the router refuses as upstream's HTTP layer does; texts of handlers stay as they are. */
export function upstreamError(error: HttpError, context: Context): Reply {
  return text(
    error instanceof NoRouteError ? refusal(error, context.method) : error.message,
    error.status,
    error.headers,
  );
}

/** The standard text of a status, `404 Not Found.` */
export function generic(status: number): string {
  return `${status} ${STATUS_CODES[status]}.`;
}

function refusal(error: NoRouteError, method: string): string {
  if (error.status !== 405) {
    return generic(error.status);
  }
  const methods = String(error.headers.Allow)
    .split(", ")
    .map((allowed) => `'${allowed}'`);
  return `${generic(405)} Expecting one of { ${methods.join(", ")} }, but received '${method}'.`;
}
