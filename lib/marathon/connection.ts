import http from "node:http";
import https from "node:https";

export interface Credentials {
  user: string;
  password: string;
}

/** How to reach a Marathon. */
export interface ConnectionOptions {
  /** Base URLs of the instances, `http://ops100:8080`; any of them answers for the leader. */
  urls: readonly string[];
  credentials?: Credentials;
  /** PEM of the CA to trust for https; default: the system's. */
  ca?: string;
}

export interface Request {
  method: string;
  body?: unknown;
  accept?: string;
  /** Silence on the connection after which it is given up. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** Opens one request and resolves with the answer's head; the caller reads the body. */
export function open(url: URL, options: ConnectionOptions, request: Request): Promise<http.IncomingMessage> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const secure = url.protocol === "https:";
  const headers: http.OutgoingHttpHeaders = { accept: request.accept ?? "application/json" };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-length"] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const call = (secure ? https : http).request(url, {
      method: request.method,
      headers,
      timeout: request.timeoutMs,
      signal: request.signal,
      auth: options.credentials && `${options.credentials.user}:${options.credentials.password}`,
      ...(secure && options.ca !== undefined ? { ca: options.ca } : {}),
    });
    let answer: http.IncomingMessage | undefined;
    call.once("response", (head) => {
      answer = head;
      resolve(head);
    });
    call.once("timeout", () => {
      const silent = new Error(`nothing heard from ${url.host} for ${request.timeoutMs} ms`);
      // Once the head is there only the answer's own error reaches whoever reads it.
      (answer ?? call).destroy(silent);
    });
    call.once("error", reject);
    call.end(body);
  });
}

/** The whole of an answer. */
export interface Answer {
  status: number;
  body: string;
}

/** One request and its whole answer. */
export async function exchange(url: URL, options: ConnectionOptions, request: Request): Promise<Answer> {
  const answer = await open(url, options, request);
  return { status: answer.statusCode ?? 0, body: await readText(answer) };
}

/** Reads an answer to its end. */
export async function readText(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
