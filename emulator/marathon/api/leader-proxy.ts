import { type IncomingMessage, type OutgoingHttpHeaders, request as open, type ServerResponse } from "node:http";
import type { Logger } from "@drover/lib/log";

export interface ProxyOptions {
  /** `host:port` of this instance. */
  address: string;
  /** `--leader_proxy_connection_timeout` */
  connectMs: number;
  /** `--leader_proxy_read_timeout` */
  readMs: number;
  log: Logger;
}

const viaHeader = "x-marathon-via";
/** Headers that concern one connection only (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Hands a standby's requests on to the leader. */
export class LeaderProxy {
  constructor(private readonly options: ProxyOptions) {}

  /** @param leader `host:port`; undefined while nobody leads */
  handle(request: IncomingMessage, response: ServerResponse, leader: string | undefined): void {
    const path = request.url ?? "/";
    const isLeaderQuestion = path.startsWith("/v2/leader") && request.method === "GET";
    const obstacle = this.obstacle(request, leader);
    if (leader === undefined && isLeaderQuestion) fail(response, 404, "There is no leader");
    else if (leader === undefined || obstacle)
      fail(response, 502, obstacle ?? "Could not determine the current leader");
    else if (path.split("?")[0] === "/v2/events" && request.method === "GET")
      redirect(response, `http://${leader}${path}`);
    else this.forward(request, response, leader);
  }

  /** The reason for which the request cannot go on to that leader. */
  private obstacle(request: IncomingMessage, leader: string | undefined): string | undefined {
    const { address } = this.options;
    const via = [request.headers[viaHeader] ?? ""].flat().join(",");
    if (via.split(",").some((each) => each.trim() === address)) return `Detected proxying loop at ${address}`;
    return leader === address ? "Could not determine the current leader" : undefined;
  }

  private forward(request: IncomingMessage, response: ServerResponse, leader: string): void {
    const { address, connectMs, readMs, log } = this.options;
    const url = new URL(`http://${leader}`);
    const via = [request.headers[viaHeader] ?? [], address].flat().join(", ");
    const onward = open({
      host: url.hostname,
      port: url.port,
      method: request.method,
      path: request.url,
      headers: { ...endToEnd(request.headers), [viaHeader]: via },
    });
    const connecting = setTimeout(() => onward.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
    onward.on("socket", (socket) => {
      if (!socket.connecting) clearTimeout(connecting);
      socket.once("connect", () => clearTimeout(connecting));
    });
    onward.setTimeout(readMs, () => onward.destroy(new Error(`nothing heard for ${readMs} ms`)));
    onward.on("error", (error) => {
      clearTimeout(connecting);
      log.warn({ leader, error: error.message }, "leader could not be asked");
      if (response.headersSent) response.destroy();
      else fail(response, 502, `Could not reach the leader ${leader}: ${error.message}`);
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location, "Content-Length": 0 }).end();
}

function endToEnd(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

function fail(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
}
