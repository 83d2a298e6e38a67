import type { ServerResponse } from "node:http";
import type { Logger } from "@drover/lib/log";
import { LeaderProxy } from "../../framework/leader-proxy";
import type { Settings } from "../settings";

/** How a standby answers: everything is handed on to the leader, only streams are redirected. */
export class Standby {
  private readonly proxy: LeaderProxy;

  /** @param address `host:port` of this instance */
  constructor(address: string, settings: Settings, log: Logger) {
    this.proxy = new LeaderProxy({
      address,
      viaHeader: "x-marathon-via",
      connectMs: settings.leader_proxy_connection_timeout,
      readMs: settings.leader_proxy_read_timeout,
      // By 502 a client knows that it may ask again elsewhere.
      fail: (response, problem, wasSent) => fail(response, wasSent ? 504 : 502, problem),
      log,
    });
  }

  /** As {@link LeaderProxy.handle}. */
  handle: LeaderProxy["handle"] = (request, response, leader, onLost) => {
    const path = (request.url ?? "/").split("?")[0];
    const isRead = request.method === "GET";
    if (leader === undefined && path === "/v2/leader" && isRead) fail(response, 404, "There is no leader");
    else if (leader !== undefined && path === "/v2/events" && isRead)
      response.writeHead(302, { Location: `http://${leader}${request.url}`, "Content-Length": 0 }).end();
    else this.proxy.handle(request, response, leader, onLost);
  };
}

function fail(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
}
