import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

const HEADER_BYTES = 8;
const STDERR = 2;

/**
 * Copies a container's output into `stdout` and `stderr` of its sandbox until it ends. The stream begins with the
 * container's first byte, so what the files already hold is skipped: after a restart of the agent they go on seamlessly.
 */
export async function copyOutput(stream: Readable, sandbox: string): Promise<void> {
  const stdout = await ContinuedFile.open(join(sandbox, "stdout"));
  const stderr = await ContinuedFile.open(join(sandbox, "stderr"));
  try {
    for await (const { channel, payload } of frames(stream)) {
      await (channel === STDERR ? stderr : stdout).write(payload);
    }
  } finally {
    await stdout.close();
    await stderr.close();
  }
}

/** Takes Docker's framing apart: one byte channel, three bytes zero, four bytes length, payload; large ones come in parts. */
export async function* frames(stream: Readable): AsyncGenerator<{ channel: number; payload: Buffer }> {
  let header = Buffer.alloc(0);
  let remaining = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0) {
      if (remaining === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < HEADER_BYTES) {
          break;
        }
        remaining = header.readUInt32BE(4);
      }
      const payload = rest.subarray(0, remaining);
      rest = rest.subarray(payload.length);
      remaining -= payload.length;
      if (payload.length > 0) {
        yield { channel: header.readUInt8(0), payload };
      }
      if (remaining === 0) {
        header = Buffer.alloc(0);
      }
    }
  }
}

/** A file that is appended to after the first `size` bytes of the input have been skipped. */
class ContinuedFile {
  private constructor(
    private readonly file: FileHandle,
    private toSkip: number,
  ) {}

  static async open(path: string): Promise<ContinuedFile> {
    const file = await open(path, "a");
    return new ContinuedFile(file, (await file.stat()).size);
  }

  async write(payload: Buffer): Promise<void> {
    const fresh = payload.subarray(this.toSkip);
    this.toSkip -= payload.length - fresh.length;
    if (fresh.length > 0) {
      await this.file.appendFile(fresh);
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
