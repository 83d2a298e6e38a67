import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { MarathonClient } from "./client";
import { MarathonError, MarathonUnreachable } from "./error";
import { EventStream } from "./event-stream";
import type { MarathonEvent } from "./types";

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: http.RequestListener): Promise<string> {
  const server = http.createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer = (status: number, body: unknown) => (_: unknown, response: http.ServerResponse) => {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

const nobody = "http://127.0.0.1:1";

test("asks the next address when one is down or knows no leader, and remembers who answered", async () => {
  let calls = 0;
  const standby = await serve((_, response) => {
    calls++;
    answer(502, { message: "Could not determine the current leader" })(_, response);
  });
  const leader = await serve(answer(200, { apps: [{ id: "/a" }] }));
  const client = new MarathonClient({ urls: [nobody, standby, leader] });
  expect(await client.apps(["apps.tasks"])).toEqual([{ id: "/a" }]);
  await client.apps();
  expect(calls).toBe(1);
});

test("gives credentials and encodes ids", async () => {
  const seen: unknown[] = [];
  const url = await serve((request, response) => {
    seen.push(request.url, request.headers.authorization);
    answer(404, { message: "App '/a/b' does not exist" })(request, response);
  });
  const client = new MarathonClient({ urls: [url], credentials: { user: "u", password: "p" } });
  expect(await client.tryFindApp("a/b", ["apps.tasks", "apps.counts"])).toBeUndefined();
  expect(seen).toEqual(["/v2/apps/a/b?embed=apps.tasks&embed=apps.counts", "Basic dTpw"]);
});

test("an error tells what was wrong and which deployments lock the app", async () => {
  const details = [{ path: "/cpus", errors: ["must be greater than or equal to 0.001"] }];
  const invalid = await serve(answer(422, { message: "Object is not valid", details }));
  await expect(new MarathonClient({ urls: [invalid] }).createApp({ id: "/a", cpus: 0 })).rejects.toThrow(
    "/cpus must be greater than or equal to 0.001",
  );
  const locked = await serve(answer(409, { message: "App is locked", deployments: [{ id: "d1" }] }));
  const error = await new MarathonClient({ urls: [locked] }).putApp("/a", {}).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(MarathonError);
  expect((error as MarathonError).lockingDeployments).toEqual(["d1"]);
  await expect(new MarathonClient({ urls: [nobody] }).info()).rejects.toBeInstanceOf(MarathonUnreachable);
});

test("a creation that may have taken effect is not repeated", async () => {
  let created = 0;
  const dying = await serve((request) => {
    created++;
    request.socket.destroy();
  });
  const client = new MarathonClient({ urls: [dying, dying] });
  await expect(client.createApp({ id: "/a" })).rejects.toBeInstanceOf(MarathonUnreachable);
  expect(created).toBe(1);
  const other = await serve(answer(201, { id: "/a" }));
  for (const status of [503, 504]) {
    const silent = await serve(answer(status, { message: "nothing heard for 10000 ms" }));
    await expect(new MarathonClient({ urls: [silent, other] }).createApp({ id: "/a" })).rejects.toThrow(
      "nothing heard",
    );
    await expect(new MarathonClient({ urls: [silent, other] }).putApp("/a", {})).resolves.toEqual({ id: "/a" });
  }
});

test("the event stream follows the redirect to the leader with its credentials and outlives a silent leader", async () => {
  let streams = 0;
  const leader = await serve((request, response) => {
    if (request.headers.authorization !== "Basic dTpw") return answer(401, { message: "no" })(request, response);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`event: ping\r\ndata: {"eventType":"ping","timestamp":"${++streams}"}\r\n\r\n`);
  });
  const standby = await serve((request, response) => {
    response.writeHead(302, { location: leader + request.url }).end();
  });
  const events: MarathonEvent[] = [];
  const breaks: string[] = [];
  const connected = vi.fn();
  const stream = new EventStream(
    { urls: [standby], credentials: { user: "u", password: "p" }, silenceLimitMs: 100, retryDelayMs: 1 },
    {
      onConnected: connected,
      onEvent: (event) => events.push(event),
      onDisconnected: (error) => breaks.push(error.message),
    },
  );
  await vi.waitFor(() => expect(events.map((event) => event.timestamp)).toEqual(["1", "2"]), 5_000);
  stream.close();
  expect(connected).toHaveBeenCalledTimes(2);
  expect(breaks[0]).toContain("nothing heard from");
});
