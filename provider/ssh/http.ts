import { Agent, request } from "node:http";
import type { Duplex } from "node:stream";

/** Where a request's bytes come from and go to: a tunnel through a machine. */
export type Dial = (address: string, port: number) => Promise<Duplex>;

/** Status and body of an answer. */
export interface Answer {
  status: number;
  body: string;
}

/** GET over a tunnel. Redirects are not followed: who answers is part of the question. */
export async function get(dial: Dial, address: string, port: number, path: string, limitMs: number): Promise<Answer> {
  const socket = await dial(address, port);
  return new Promise((resolve, reject) => {
    const agent = new Agent();
    agent.createConnection = () => socket;
    const asked = request({ agent, host: address, port, path, headers: { connection: "close" } }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
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
    asked.end();
  });
}
