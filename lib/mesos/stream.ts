import { type Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { readBody } from "../http/body";
import { RecordDecoder } from "./recordio";

/** Answer headers have to come within this time. */
const HEADERS_LIMIT_MS = 15_000;
/** A standby names the leader; while a dead leader's node lives masters may point in a circle. */
const MAX_REDIRECTS = 5;
const ERROR_BODY_LIMIT_BYTES = 64 * 1024;

/** An answer of a master that is not the wanted one. */
export class MesosHttpError extends Error {
  constructor(
    readonly status: number,
    readonly url: string,
    readonly detail: string,
  ) {
    super(`${url} answered ${status}: ${detail.trim()}`);
    this.name = "MesosHttpError";
  }
}

export interface PostOptions {
  agent?: Agent | false;
  headers?: OutgoingHttpHeaders;
  signal?: AbortSignal;
}

/**
 * Posts JSON, following up to 5 redirects, and returns the answer when its status is 200 or 202, with the URL that
 * gave it.
 * @throws MesosHttpError for any other status, Error when the connection fails, takes 15 s or is aborted
 */
export async function postJson(
  url: string,
  body: unknown,
  options: PostOptions = {},
): Promise<{ response: IncomingMessage; url: string }> {
  const text = JSON.stringify(body);
  let target = url;
  for (let redirects = 0; ; redirects++) {
    const response = await postOnce(target, text, options);
    const status = response.statusCode ?? 0;
    if (status === 200 || status === 202) {
      return { response, url: target };
    }
    const detail = (await readBody(response, ERROR_BODY_LIMIT_BYTES)).toString("utf8");
    const location = response.headers.location;
    if (status !== 307 || location === undefined) {
      throw new MesosHttpError(status, target, detail);
    }
    if (redirects === MAX_REDIRECTS) {
      throw new MesosHttpError(status, target, `more than ${MAX_REDIRECTS} redirects, the last one to ${location}`);
    }
    target = new URL(location, target).href;
  }
}

function postOnce(url: string, text: string, { agent, headers, signal }: PostOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: "POST",
      agent,
      signal,
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "Content-Length": Buffer.byteLength(text),
        ...headers,
      },
    });
    let timer: NodeJS.Timeout | undefined;
    const giveUp = () => outgoing.destroy(new Error(`no answer from ${url} within ${HEADERS_LIMIT_MS} ms`));
    // Not before: a call may wait for those before it on the same connection.
    outgoing.once("socket", () => {
      timer = setTimeout(giveUp, HEADERS_LIMIT_MS);
    });
    outgoing.on("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end(text);
  });
}

/**
 * Reads a RecordIO stream of JSON until it ends; every record goes to `onRecord` in order.
 * @param silenceMs how long nothing may arrive; a function because the first record may tell
 * @throws Error when the stream breaks, is malformed or silent for too long
 */
export async function readRecords(
  response: IncomingMessage,
  onRecord: (record: unknown) => void,
  silenceMs: () => number,
): Promise<void> {
  const decoder = new RecordDecoder();
  const watch = () =>
    setTimeout(() => response.destroy(new Error(`nothing arrived for ${silenceMs()} ms`)), silenceMs());
  let timer = watch();
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      for (const record of decoder.push(chunk)) {
        onRecord(JSON.parse(record));
      }
      timer = watch();
    }
  } finally {
    clearTimeout(timer);
  }
  if (!decoder.atBoundary) {
    throw new Error("the stream ended within a record");
  }
}
