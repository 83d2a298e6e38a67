import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { acceptHostKey } from "./known-hosts";

/** A public key in SSH's wire format with some bytes for a key. */
function wireKey(bytes: string, type = "ssh-ed25519"): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(bytes)]);
}

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "known-hosts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("keeps the first key of a machine and refuses another one later", () => {
  const file = join(folder, "sub", "known_hosts");
  expect(acceptHostKey(file, "ops100.aaa", wireKey("one"))).toBe(true);
  expect(acceptHostKey(file, "ops100.aaa", wireKey("one"))).toBe(true);
  expect(acceptHostKey(file, "ops100.aaa", wireKey("two"))).toBe(false);
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("takes a new key for a machine that was made again, which has another alias", () => {
  const file = join(folder, "known_hosts");
  expect(acceptHostKey(file, "ops100.aaa", wireKey("one"))).toBe(true);
  expect(acceptHostKey(file, "ops100.bbb", wireKey("two"))).toBe(true);
});
