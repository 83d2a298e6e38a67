import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Longer than the idle times of usual clients and balancers, so that they close first and no request meets a close. */
const KEEP_ALIVE_MS = 75_000;

export interface HttpServer {
  server: Server;
  /** The port that was bound, also when 0 was asked. */
  port: number;
  /** Takes no more requests, lets running ones end for `limitMs` (default 1000), then closes all connections. */
  close(limitMs?: number): Promise<void>;
}

/** Listens and resolves when the port is bound. @throws the system's error, for instance EADDRINUSE */
export async function listen(handler: RequestListener, port: number, host?: string): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: (limitMs = 1000) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), limitMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
