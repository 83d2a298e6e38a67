import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A line of the engine's answer to a build, a pull or a push. */
interface Message {
  error?: string;
}

/**
 * Reads the engine's account of a long piece of work to its end, one JSON message a line.
 * The answer's status says only that the work began; a failure comes as a message, and is thrown.
 */
export async function follow<T extends Message>(
  stream: NodeJS.ReadableStream,
  onMessage?: (message: T) => void,
): Promise<void> {
  for await (const line of createInterface({ input: stream as Readable, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    const message = JSON.parse(line) as T;
    if (message.error !== undefined) throw new Error(message.error);
    onMessage?.(message);
  }
}
