import { type IncomingMessage, request } from "node:http";
import { readBody } from "@drover/lib/http/body";

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
const LIMIT_MS = 10_000;

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

/** Sends exactly these headers, which higher clients would not, and reads the whole answer. */
export function ask(
  address: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer = "",
): Promise<Answer> {
  const [host, port] = address.split(":");
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path, headers, agent: false, timeout: LIMIT_MS }, (response) => {
      readBody(response, BODY_LIMIT_BYTES).then(
        (bytes) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes.toString("utf8") }),
        reject,
      );
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer to ${method} ${path} within ${LIMIT_MS} ms`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
