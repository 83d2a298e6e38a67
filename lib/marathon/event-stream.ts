import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type ConnectionOptions, open, readText } from "./connection";
import { ServerSentEventParser } from "./server-sent-events";
import type { MarathonEvent } from "./types";

export interface EventStreamOptions extends ConnectionOptions {
  /** Event types to receive; default all. */
  types?: readonly string[];
  /** Silence after which the stream counts as dead. Marathon sends a blank line every 10 s. Default 60,000 ms. */
  silenceLimitMs?: number;
  /** Pause before a new attempt. Default 1,000 ms. */
  retryDelayMs?: number;
}

export interface EventStreamHandlers {
  /** The stream (again) stands. Events since it broke are lost: read the state afresh. */
  onConnected(url: string): void;
  onEvent(event: MarathonEvent): void;
  /** The stream broke or could not be opened; the next address is tried after the pause. */
  onDisconnected(error: Error): void;
}

const maxRedirects = 3;

/** Marathon's event stream, kept open over leader changes until closed. */
export class EventStream {
  private readonly closing = new AbortController();

  constructor(
    private readonly options: EventStreamOptions,
    private readonly handlers: EventStreamHandlers,
  ) {
    if (options.urls.length === 0) throw new Error("EventStream needs at least one base URL");
    void this.follow();
  }

  close(): void {
    this.closing.abort();
  }

  private async follow(): Promise<void> {
    const { urls, retryDelayMs = 1_000 } = this.options;
    for (let attempt = 0; !this.closing.signal.aborted; attempt++) {
      try {
        await this.read(eventsUrl(urls[attempt % urls.length] ?? "", this.options.types ?? []));
      } catch (error) {
        if (!this.closing.signal.aborted) this.handlers.onDisconnected(error as Error);
      }
      await pause(retryDelayMs, undefined, { signal: this.closing.signal }).catch(() => {});
    }
  }

  /** Reads until the stream ends, which is always an error. */
  private async read(url: URL): Promise<void> {
    const answer = await this.openStream(url, maxRedirects);
    this.handlers.onConnected(url.href);
    const parser = new ServerSentEventParser();
    answer.setEncoding("utf8");
    for await (const text of answer) {
      for (const message of parser.push(text as string)) this.handlers.onEvent(JSON.parse(message.data));
    }
    throw new Error(`${url.host} ended the event stream`);
  }

  /** A standby redirects to the leader. Followed by hand, so that the credentials go along. */
  private async openStream(url: URL, redirectsLeft: number): Promise<IncomingMessage> {
    const answer = await open(url, this.options, {
      method: "GET",
      accept: "text/event-stream",
      timeoutMs: this.options.silenceLimitMs ?? 60_000,
      signal: this.closing.signal,
    });
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return answer;
    const text = await readText(answer);
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      if (redirectsLeft === 0) throw new Error(`${url.host} redirects in a circle: leadership is changing`);
      return this.openStream(new URL(headers.location, url), redirectsLeft - 1);
    }
    throw new Error(`${url.host} answered ${statusCode} to the event stream: ${text.slice(0, 200)}`);
  }
}

function eventsUrl(base: string, types: readonly string[]): URL {
  const url = new URL(`${base.replace(/\/+$/, "")}/v2/events`);
  for (const type of types) url.searchParams.append("event_type", type);
  return url;
}
