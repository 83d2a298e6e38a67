import type { TaskState, TaskStatus } from "@drover/lib/mesos/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type UpdateLogEntry, UpdateStream } from "./update-stream";

let sent: [number, string][];
let log: UpdateLogEntry[];
let startMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  log = [];
  startMs = Date.now();
});
afterEach(() => vi.useRealTimers());

function stream(): UpdateStream {
  return new UpdateStream(
    ({ uuid = "" }) => sent.push([(Date.now() - startMs) / 1000, uuid]),
    (entry) => log.push(entry),
  );
}

function status(uuid: string, state: TaskState = "TASK_RUNNING"): TaskStatus {
  return { task_id: { value: "t" }, state, uuid };
}

test("an unacknowledged update is sent again after 10, 20, 40, 80 s and at most 10 minutes apart", () => {
  stream().add(status("a"));
  vi.advanceTimersByTime(2000_000);
  expect(sent.map(([seconds]) => seconds)).toEqual([0, 10, 30, 70, 150, 310, 630, 1230, 1830]);
});

test("one update is outstanding; the next goes out with the acknowledgement", () => {
  const updates = stream();
  updates.add(status("a", "TASK_STARTING"));
  updates.add(status("b", "TASK_FINISHED"));
  expect(updates.acknowledge("b")).toBeUndefined();
  vi.advanceTimersByTime(1000);
  expect(updates.acknowledge("a")?.uuid).toBe("a");
  expect(updates.acknowledge("a")).toBeUndefined();
  expect(sent).toEqual([
    [0, "a"],
    [1, "b"],
  ]);
  expect(updates.isDone).toBe(false);
  updates.acknowledge("b");
  expect(updates.isDone).toBe(true);
  vi.advanceTimersByTime(100_000);
  expect(sent).toHaveLength(2);
});

test("a resend on demand starts the waits again", () => {
  const updates = stream();
  updates.add(status("a"));
  vi.advanceTimersByTime(12_000);
  updates.resend();
  vi.advanceTimersByTime(10_000);
  expect(sent.map(([seconds]) => seconds)).toEqual([0, 10, 12, 22]);
});

test("a replayed log gives the state before the restart", () => {
  const before = stream();
  before.add(status("a", "TASK_STARTING"));
  before.add(status("b"));
  before.acknowledge("a");
  before.stop();
  const after = stream();
  after.replay(log);
  expect(after.outstanding?.uuid).toBe("b");
});
