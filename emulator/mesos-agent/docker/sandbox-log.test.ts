import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { copyOutput } from "./sandbox-log";

function frame(channel: number, text: string): Buffer {
  const header = Buffer.from([channel, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test.each([1, 3, 1000])("output in chunks of %i bytes continues what the sandbox holds", async (size) => {
  const sandbox = mkdtempSync(join(tmpdir(), "mesos-agent-log-"));
  try {
    writeFileSync(join(sandbox, "stdout"), "one\ntw");
    const all = Buffer.concat([
      frame(1, "one\n"),
      frame(2, "oops\n"),
      frame(1, ""),
      frame(1, "two\n"),
      frame(1, "3\n"),
    ]);
    const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
      all.subarray(i * size, (i + 1) * size),
    );
    await copyOutput(Readable.from(chunks), sandbox);
    expect(readFileSync(join(sandbox, "stdout"), "utf8")).toBe("one\ntwo\n3\n");
    expect(readFileSync(join(sandbox, "stderr"), "utf8")).toBe("oops\n");
  } finally {
    rmSync(sandbox, { recursive: true });
  }
});
