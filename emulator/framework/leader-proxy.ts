import { type IncomingMessage, type OutgoingHttpHeaders, request as open, type ServerResponse } from "node:http";
import type { Logger } from "@drover/lib/log";

export interface ProxyOptions {
  /** `host:port` of this instance. */
  address: string;
  /** Header that names the instances a request has come through, so that none goes in circles. */
  viaHeader: string;
  /** Limit of the connection. */
  connectMs: number;
  /** How long the leader may be silent. */
  readMs: number;
  /** Answers a request that cannot go on. @param wasSent the leader may have got it, and done what it asks for */
  fail: (response: ServerResponse, problem: string, wasSent: boolean) => void;
  log: Logger;
}

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

type OnLost = (leader: string) => void;

interface Way {
  leader: string;
  /** The instances that the request has come through, this one included. */
  via: string;
  onLost: OnLost | undefined;
}

/** Hands a standby's requests on to the leader, and its answers back, as they are. */
export class LeaderProxy {
  constructor(private readonly options: ProxyOptions) {}

  /**
   * @param leader `host:port`; undefined while nobody leads
   * @param onLost told of a read that the leader did not answer, which may be asked again elsewhere
   */
  handle(request: IncomingMessage, response: ServerResponse, leader: string | undefined, onLost?: OnLost): void {
    const { address, fail } = this.options;
    const via = this.via(request);
    if (via.includes(address)) fail(response, `Detected proxying loop at ${address}`, false);
    else if (leader === undefined || leader === address)
      fail(response, "Could not determine the current leader", false);
    else this.forward(request, response, { leader, via: [...via, address].join(", "), onLost });
  }

  private via(request: IncomingMessage): string[] {
    const text = [request.headers[this.options.viaHeader] ?? []].flat().join(",");
    return text.split(",").flatMap((each) => each.trim() || []);
  }

  private forward(request: IncomingMessage, response: ServerResponse, { leader, via, onLost }: Way): void {
    const { viaHeader, connectMs, readMs, fail, log } = this.options;
    const url = new URL(`http://${leader}`);
    const onward = open({
      host: url.hostname,
      port: url.port,
      method: request.method,
      path: request.url,
      headers: { ...endToEnd(request.headers), [viaHeader]: via },
    });
    const connecting = setTimeout(() => onward.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
    let wasSent = false;
    const onConnected = () => {
      clearTimeout(connecting);
      wasSent = true;
    };
    onward.on("socket", (socket) => {
      if (socket.connecting) socket.once("connect", onConnected);
      else onConnected();
    });
    onward.setTimeout(readMs, () => onward.destroy(new Error(`nothing heard for ${readMs} ms`)));
    onward.on("error", (error) => {
      clearTimeout(connecting);
      log.warn({ leader, error: error.message }, "leader could not be asked");
      if (response.headersSent || response.destroyed) response.destroy();
      else if (onLost && isRead(request)) onLost(leader);
      else fail(response, `Could not reach the leader ${leader}: ${error.message}`, wasSent);
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      answer.on("error", () => response.destroy());
      answer.pipe(response);
    });
    response.once("close", () => onward.destroy());
    request.pipe(onward);
  }
}

function isRead({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

function endToEnd(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
