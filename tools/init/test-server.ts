import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** What was asked: method, path with query, headers, body. */
export interface Question {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/**
 * A cloud's HTTP services, for the length of a test. `{url}` in answers is the server's own address.
 * @param answers by "METHOD /path", without the query
 */
export async function testServer(
  answers: Readonly<Record<string, Answer>>,
): Promise<{ url: string; asked: Question[] }> {
  const asked: Question[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      asked.push({ method, path, headers, body });
      const answer = answers[`${method} ${path.split("?")[0]}`] ?? { status: 404, body: { error: "no such path" } };
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
      response.end(JSON.stringify(answer.body ?? {}).replaceAll("{url}", url));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
  });
  return { url, asked };
}
