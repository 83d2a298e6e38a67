import { json, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";

/** A JSON answer, or a script that calls the function named by the query parameter `jsonp`. */
export function jsonp(context: Context, value: unknown): Reply {
  const callback = context.query.get("jsonp");
  if (callback === null) {
    return json(value);
  }
  const body = `${callback}(${JSON.stringify(value)})`;
  return { status: 200, headers: { "Content-Type": "text/javascript" }, body };
}
