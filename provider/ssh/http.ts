import { Agent, request } from "node:http";
import type { Duplex } from "node:stream";

/** Where a request's bytes come from and go to: a tunnel through a machine. */
export type Dial = (address: string, port: number) => Promise<Duplex>;

/** Status and body of an answer. */
export interface Answer {
  status: number;
  body: string;
}

export interface Question {
  method: string;
  path: string;
  /** JSON. */
  body?: string;
  limitMs: number;
}

/** GET over a tunnel. Redirects are not followed: who answers is part of the question. */
export function get(dial: Dial, address: string, port: number, path: string, limitMs: number): Promise<Answer> {
  return ask(dial, address, port, { method: "GET", path, limitMs });
}

/** One request over a tunnel. */
export async function ask(dial: Dial, address: string, port: number, question: Question): Promise<Answer> {
  const { method, path, body, limitMs } = question;
  const socket = await dial(address, port);
  return new Promise((resolve, reject) => {
    const agent = new Agent();
    agent.createConnection = () => socket;
    const headers = { connection: "close", ...(body === undefined ? {} : { "content-type": "application/json" }) };
    const asked = request({ agent, host: address, port, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on("error", reject);
    });
    // Not the request's own time-out: that one wants a socket, and a tunnel is only a stream.
    const timer = setTimeout(
      () => asked.destroy(new Error(`no answer from ${address}:${port}${path} in ${limitMs} ms`)),
      limitMs,
    );
    asked.on("close", () => clearTimeout(timer));
    asked.on("error", (error) => {
      socket.destroy();
      reject(error);
    });
    asked.end(body);
  });
}
