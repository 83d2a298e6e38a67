import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { type MediaType, serialise } from "@drover/emulator/protocol/media-type";
import { encodeRecord } from "@drover/lib/mesos/recordio";

/** A client that leaves this much unread is not going to read it. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
/** So that a peer that vanished without a word is noticed by the kernel. */
const TCP_KEEP_ALIVE_MS = 15_000;

export interface RecordForm {
  /** Default JSON. */
  media?: MediaType;
  /** The records' message in the schema; only needed for protobuf. */
  message?: string;
  /** Default: the media type. */
  contentType?: string;
  headers?: OutgoingHttpHeaders;
}

/**
 * An endless answer of RecordIO: one record, one HTTP chunk, as upstream writes them and as some clients need them.
 */
export class RecordStream {
  private open = true;
  private readonly media: MediaType;
  private readonly message: string;

  /** Answers 200 at once; `onClose` is called once, when the client has gone or the stream was ended. */
  constructor(
    private readonly response: ServerResponse,
    onClose: () => void,
    { media = "application/json", message = "", contentType = media, headers }: RecordForm = {},
  ) {
    this.media = media;
    this.message = message;
    response.socket?.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    response.writeHead(200, { ...headers, "Content-Type": contentType });
    response.flushHeaders();
    response.once("close", () => {
      this.open = false;
      onClose();
    });
  }

  /** Writes a record; nothing happens when the stream is closed. */
  send(record: object): void {
    if (!this.open) {
      return;
    }
    this.response.write(encodeRecord(serialise(this.media, this.message, record)));
    if (this.response.writableLength > MAX_UNREAD_BYTES) {
      this.response.destroy();
    }
  }

  /** Ends the stream in order, with the final chunk. */
  end(): void {
    this.open = false;
    this.response.end();
  }
}
