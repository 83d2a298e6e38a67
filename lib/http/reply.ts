import type { OutgoingHttpHeaders } from "node:http";

/** A whole answer; streams write to the raw response instead. */
export interface Reply {
  status: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** An answer of JSON. */
export function json(value: unknown, status = 200, headers: OutgoingHttpHeaders = {}): Reply {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** An answer of plain text. */
export function text(body: string, status = 200, headers: OutgoingHttpHeaders = {}): Reply {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers }, body };
}

/** An answer without a body. */
export function empty(status: number, headers: OutgoingHttpHeaders = {}): Reply {
  return { status, headers };
}

/** Thrown by a handler to answer with an error; anything else that is thrown becomes a 500. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: OutgoingHttpHeaders = {},
  ) {
    super(message);
    this.name = "HttpError";
  }
}
