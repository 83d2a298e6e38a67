import type { RequestListener } from "node:http";
import { type HttpServer, listen } from "@drover/lib/http/server";
import { createLogger } from "@drover/lib/log";
import { freePort } from "@drover/lib/test/port";
import { afterEach, expect, test } from "vitest";
import { LeaderProxy } from "./leader-proxy";

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function serve(listener: RequestListener): Promise<string> {
  const server = await listen(listener, 0, "127.0.0.1");
  servers.push(server);
  return `127.0.0.1:${server.port}`;
}

test("it says whether the leader may have got what it does not answer", async () => {
  const proxy = new LeaderProxy({
    ...{ address: "standby:80", viaHeader: "x-via", connectMs: 1_000, readMs: 200 },
    fail: (response, _problem, wasSent) => response.writeHead(wasSent ? 504 : 502).end(),
    log: createLogger("proxy", "silent"),
  });
  const silent = await serve(() => {});
  const dying = await serve((request) => request.socket.destroy());
  const absent = `127.0.0.1:${await freePort()}`;
  const statuses = [];
  for (const leader of [undefined, absent, silent, dying]) {
    const standby = await serve((request, response) => proxy.handle(request, response, leader));
    statuses.push((await fetch(`http://${standby}`, { method: "POST", body: "x" })).status);
  }
  expect(statuses).toEqual([502, 502, 504, 504]);
});
