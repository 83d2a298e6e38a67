/**
 * RecordIO, the framing of Mesos streams: the record's length in bytes as ASCII decimal, one line feed, the record.
 */

/** Largest record that is accepted, the limit of the mesos-go client. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const LINE_FEED = 0x0a;
const MAX_LENGTH_DIGITS = String(MAX_RECORD_BYTES).length;

/** Frames one record. The result has to be written in one piece: some clients expect one record a chunk. */
export function encodeRecord(record: string | Uint8Array): Buffer {
  const bytes = Buffer.from(record as string);
  return Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes]);
}

/** Frames a value as one JSON record. */
export function encodeJsonRecord(value: unknown): Buffer {
  return encodeRecord(JSON.stringify(value));
}

/** Takes a stream apart into records, whatever the sizes of the chunks it arrives in. */
export class RecordDecoder {
  private readonly chunks: Buffer[] = [];
  private bufferedBytes = 0;
  private recordBytes: number | undefined;

  /**
   * Adds a chunk and returns the records that are complete by now.
   * @throws Error when a length is not a decimal number or above {@link MAX_RECORD_BYTES}; the stream is then useless.
   */
  push(chunk: Buffer): string[] {
    this.chunks.push(chunk);
    this.bufferedBytes += chunk.length;
    const records: string[] = [];
    for (let record = this.next(); record !== undefined; record = this.next()) {
      records.push(record);
    }
    return records;
  }

  /** True between records: a stream that ends here was not cut off. */
  get atBoundary(): boolean {
    return this.bufferedBytes === 0 && this.recordBytes === undefined;
  }

  private next(): string | undefined {
    this.recordBytes ??= this.takeLength();
    if (this.recordBytes === undefined || this.bufferedBytes < this.recordBytes) {
      return undefined;
    }
    const record = this.take(this.recordBytes).toString("utf8");
    this.recordBytes = undefined;
    return record;
  }

  private takeLength(): number | undefined {
    const head = this.join();
    const end = head.indexOf(LINE_FEED);
    const digits = head.subarray(0, end === -1 ? head.length : end).toString("latin1");
    if (!/^\d*$/.test(digits) || digits.length > MAX_LENGTH_DIGITS || (end !== -1 && digits === "")) {
      throw new Error(`RecordIO: '${digits.slice(0, 20)}' is not a record length`);
    }
    if (end === -1) {
      return undefined;
    }
    const length = Number(digits);
    if (length > MAX_RECORD_BYTES) {
      throw new Error(`RecordIO: a record of ${length} bytes is above the limit of ${MAX_RECORD_BYTES}`);
    }
    this.take(end + 1);
    return length;
  }

  private take(bytes: number): Buffer {
    const all = this.join();
    const rest = all.subarray(bytes);
    this.chunks.splice(0, this.chunks.length, ...(rest.length > 0 ? [rest] : []));
    this.bufferedBytes = rest.length;
    return all.subarray(0, bytes);
  }

  /** One buffer of all that is waiting; only called when a length is due or a record complete, so copies stay rare. */
  private join(): Buffer {
    if (this.chunks.length > 1) {
      this.chunks.splice(0, this.chunks.length, Buffer.concat(this.chunks));
    }
    return this.chunks[0] ?? Buffer.alloc(0);
  }
}
