import type { Context } from "@drover/lib/http/router";
import type { MarathonEvent } from "@drover/lib/marathon/types";
import type { EventBus } from "../events/event-bus";
import { ApiError } from "../model/api-error";

/** A blank line this often shows readers that the stream lives. */
const keepAliveMs = 10_000;

/**
 * Writes events to one reader until it goes. A reader that leaves too many events unread is cut off.
 * @param maxOutstanding `--event_stream_max_outstanding_messages`
 * @throws ApiError 406 for a reader that does not accept event streams
 */
export function streamEvents({ request, response, query }: Context, events: EventBus, maxOutstanding: number): void {
  const accept = request.headers.accept ?? "*/*";
  if (!/text\/event-stream|text\/\*|\*\/\*/.test(accept)) {
    throw new ApiError(406, "events are served as text/event-stream only: ask for it with the header Accept");
  }
  const types = new Set(query.getAll("event_type"));
  const isLight = query.get("plan-format") === "light";
  const remoteAddress = request.socket.remoteAddress ?? "";
  let outstanding = 0;
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache", Connection: "close" });
  response.flushHeaders();
  const write = (event: MarathonEvent) => {
    if (types.size > 0 && !types.has(event.eventType)) return;
    outstanding++;
    if (outstanding > maxOutstanding) response.destroy();
    else response.write(frame(isLight ? withLightPlan(event) : event), () => outstanding--);
  };
  const unsubscribe = events.subscribe(write);
  const keepAlive = setInterval(() => response.write("\r\n"), keepAliveMs);
  response.on("close", () => {
    unsubscribe();
    clearInterval(keepAlive);
    events.publish("event_stream_detached", { remoteAddress });
  });
  events.publish("event_stream_attached", { remoteAddress });
}

/** `plan-format=light`: deployments without the apps they change. */
function withLightPlan(event: MarathonEvent): MarathonEvent {
  if (typeof event.plan !== "object" || event.plan === null) return event;
  const { original: _original, target: _target, ...plan } = event.plan as Record<string, unknown>;
  return { ...event, plan };
}

/** The space after each colon is needed by marathon-lb. */
function frame(event: MarathonEvent): string {
  return `event: ${event.eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`;
}
