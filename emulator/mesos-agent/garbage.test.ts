import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@drover/lib/log";
import { expect, test } from "vitest";
import { maxAgeMs, SandboxGarbage } from "./garbage";

test("the fuller the disk, the younger sandboxes go", () => {
  expect(maxAgeMs(1000, 0.1, 0.4)).toBeCloseTo(500);
  expect(maxAgeMs(1000, 0.1, 0.95)).toBe(0);
});

test("a sweep removes old sandboxes that nobody uses", async () => {
  const sandboxes = mkdtempSync(join(tmpdir(), "mesos-agent-garbage-"));
  try {
    const [old = "", used = "", young = ""] = ["old", "used", "young"].map((name) => {
      const path = join(sandboxes, "S0", "frameworks", "F", "executors", name, "runs", "c");
      mkdirSync(path, { recursive: true });
      return path;
    });
    const longAgo = Date.now() / 1000 - 100_000;
    utimesSync(old, longAgo, longAgo);
    utimesSync(used, longAgo, longAgo);
    const inUse = () => new Set([used]);
    const log = createLogger("test", "silent");
    const garbage = new SandboxGarbage({ sandboxes, delayMs: 50_000_000, headroom: 0, inUse, log });
    await garbage.sweep();
    expect([old, used, young].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect({ removed: garbage.removed, pending: garbage.pending }).toEqual({ removed: 1, pending: 1 });
  } finally {
    rmSync(sandboxes, { recursive: true });
  }
});
