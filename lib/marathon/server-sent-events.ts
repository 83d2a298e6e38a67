/** One message of a `text/event-stream`. */
export interface ServerSentEvent {
  event: string;
  data: string;
}

/**
 * Cuts a `text/event-stream` (WHATWG HTML, "Server-sent events") into messages: lines end in LF, CRLF or CR, a blank line
 * ends a message, lines that begin with a colon are comments.
 */
export class ServerSentEventParser {
  private rest = "";
  private event = "";
  private data: string[] = [];

  /** Takes the next piece of text and gives the messages that are complete with it. */
  push(text: string): ServerSentEvent[] {
    const messages: ServerSentEvent[] = [];
    const buffered = this.rest + text;
    // A CR at the very end may be the first half of CRLF: it waits for the next piece.
    const whole = buffered.endsWith("\r") ? buffered.slice(0, -1) : buffered;
    const lines = whole.split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? "") + buffered.slice(whole.length);
    for (const line of lines) {
      const message = this.take(line);
      if (message) messages.push(message);
    }
    return messages;
  }

  private take(line: string): ServerSentEvent | undefined {
    if (line === "") {
      const message = { event: this.event || "message", data: this.data.join("\n") };
      const complete = this.data.length > 0;
      this.event = "";
      this.data = [];
      return complete ? message : undefined;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.event = value;
    if (field === "data") this.data.push(value);
    return undefined;
  }
}
