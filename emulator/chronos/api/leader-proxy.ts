import { type IncomingMessage, type OutgoingHttpHeaders, request as open, type ServerResponse } from "node:http";
import type { Logger } from "@drover/lib/log";

const viaHeader = "x-chronos-via";
const silenceMs = 10_000;
/** Headers that concern one connection only (RFC 9110, 7.6.1). */
const hopByHop = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/**
 * Hands a standby's request on to the leader, as it is; 500 when that cannot be done, as upstream.
 * @param address `host:port` of this instance
 * @param leader `host:port`; undefined while nobody leads
 */
export function passToLeader(
  request: IncomingMessage,
  response: ServerResponse,
  { address, leader, log }: { address: string; leader: string | undefined; log: Logger },
): void {
  const via = [request.headers[viaHeader] ?? []].flat();
  // A request that has been here already was sent by one that does not know the leader either.
  if (leader === undefined || leader === address || via.includes(address)) {
    fail(response, leader === undefined ? "nobody leads" : "the leader is changing");
    return;
  }
  const url = new URL(`http://${leader}`);
  const onward = open({
    host: url.hostname,
    port: url.port,
    method: request.method,
    path: request.url,
    headers: { ...endToEnd(request.headers), [viaHeader]: address },
  });
  onward.setTimeout(silenceMs, () => onward.destroy(new Error(`nothing heard for ${silenceMs} ms`)));
  onward.on("error", (error) => {
    log.warn({ leader, error: error.message }, "leader could not be asked");
    if (response.headersSent) response.destroy();
    else fail(response, error.message);
  });
  onward.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 500, endToEnd(answer.headers));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

function endToEnd(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
}

function fail(response: ServerResponse, reason: string): void {
  const text = `Error proxying request to leader (maybe the leadership just changed?)\n\nError:\n${reason}\n`;
  response.writeHead(500, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
}
