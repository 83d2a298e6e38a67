import type { ErrorBody } from "./types";

/** A 4xx or 5xx answer of Marathon. */
export class MarathonError extends Error {
  constructor(
    readonly status: number,
    readonly body: ErrorBody,
    call: string,
  ) {
    super(`${call} was answered ${status}: ${describe(body)}`);
    this.name = "MarathonError";
  }

  /** Ids of the deployments that lock the app; empty when this is another error. */
  get lockingDeployments(): string[] {
    return this.status === 409 ? (this.body.deployments ?? []).map((deployment) => deployment.id) : [];
  }
}

/** None of the given addresses gave an answer. */
export class MarathonUnreachable extends Error {
  constructor(call: string, reasons: string[]) {
    super(`${call}: no Marathon answered (${reasons.join("; ")})`);
    this.name = "MarathonUnreachable";
  }
}

/** Reads an error answer; a body that is not Marathon's own (a proxy's page) becomes the message. */
export function parseErrorBody(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null && "message" in body) return body as ErrorBody;
  } catch {
    // not JSON: the text itself is the message
  }
  return { message: text.slice(0, 500) };
}

function describe(body: ErrorBody): string {
  const { details } = body;
  if (details === undefined) return body.message;
  if (typeof details === "string") return `${body.message}: ${details}`;
  return `${body.message}: ${details.map(({ path, errors }) => `${path} ${errors.join(", ")}`).join("; ")}`;
}
