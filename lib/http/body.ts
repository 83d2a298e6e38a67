import type { IncomingMessage } from "node:http";
import { HttpError } from "./reply";

/**
 * Reads a whole body.
 * @throws HttpError 413 above `limitBytes`, 400 when the connection breaks
 */
export async function readBody(message: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= limitBytes) {
        chunks.push(chunk);
      }
    }
  } catch (error) {
    throw new HttpError(400, `the body was cut off: ${(error as Error).message}`);
  }
  if (bytes > limitBytes) {
    throw new HttpError(413, `the body has ${bytes} bytes, at most ${limitBytes} are accepted`);
  }
  return Buffer.concat(chunks);
}

/** Parses a JSON body. @throws HttpError 400 that says where it is malformed */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${(error as Error).message}`);
  }
}
