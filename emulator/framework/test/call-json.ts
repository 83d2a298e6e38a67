// biome-ignore lint/suspicious/noExplicitAny: tests read whatever the API answers
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  /** Text where it is not JSON. */
  body: Json;
}

/** One request to an API of JSON, redirects not followed. @param body sent as it is when it is a string */
export async function callJson(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(url, {
    method,
    redirect: "manual",
    headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") && text !== "";
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}
