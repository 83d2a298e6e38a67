import { expect, test } from "vitest";
import { MessageError, readMessage } from "./json-message";
import { decodeMessage, encodeMessage } from "./protobuf";
import { enums, messages } from "./schema";

const SCALARS = new Set(["string", "bytes", "bool", "double", "int32", "int64", "uint32", "uint64"]);

test("every type is known, no number or name is given twice", () => {
  for (const [message, fields] of messages) {
    const unknown = fields.filter(({ type }) => !SCALARS.has(type) && !messages.has(type) && !enums.has(type));
    expect(unknown, message).toEqual([]);
    expect(new Set(fields.map(({ number }) => number)).size, message).toBe(fields.length);
    expect(new Set(fields.map(({ name }) => name)).size, message).toBe(fields.length);
  }
});

test("a subscription of a C++ client is read from its bytes", () => {
  // type 1, subscribe 3 { framework_info 1 { user 1 "root", name 2 "x", capabilities 10 { type 1: 5 } } }
  const bytes = Buffer.from([
    0x10,
    1,
    0x1a,
    15,
    0x0a,
    13,
    0x0a,
    4,
    ...Buffer.from("root"),
    0x12,
    1,
    0x78,
    0x52,
    2,
    8,
    5,
  ]);
  expect(decodeMessage("SchedulerCall", bytes)).toEqual({
    type: "SUBSCRIBE",
    subscribe: { framework_info: { user: "root", name: "x", capabilities: [{ type: "PARTITION_AWARE" }] } },
  });
});

test("messages survive the way there and back: 64-bit numbers, infinite ones, bytes, maps, enums", () => {
  const call = {
    type: "ACCEPT",
    framework_id: { value: "f" },
    accept: {
      offer_ids: [{ value: "o" }],
      operations: [
        {
          type: "LAUNCH",
          launch: {
            task_infos: [
              {
                name: "t",
                task_id: { value: "t" },
                agent_id: { value: "a" },
                resources: [{ name: "ports", type: "RANGES", ranges: { range: [{ begin: 31000, end: 32000 }] } }],
                data: "AAEC",
                max_completion_time: { nanoseconds: 3_600_000_000_000 },
                limits: { cpus: { value: 2.5 }, mem: { value: "Infinity" } },
              },
            ],
          },
        },
      ],
      filters: { refuse_seconds: 0.5 },
    },
  };
  expect(decodeMessage("SchedulerCall", encodeMessage("SchedulerCall", call))).toEqual(call);
});

test("null and an unknown enum count as absent, unless it is required; unknown fields are left out", () => {
  expect(readMessage("SchedulerCall", { framework_id: null, revive: { roles: null } })).toEqual({ revive: {} });
  expect(readMessage("FrameworkCapability", { type: "FLY", wings: 2 })).toEqual({});
  expect(() => readMessage("DiskSource", { type: "TAPE" })).toThrow("Failed to find enum for 'TAPE'");
});

test("bytes are kept in one spelling, however they were written", () => {
  for (const value of ["+/8=", "-_8", "-_8="]) {
    expect(readMessage("UUID", { value })).toEqual({ value: "+/8=" });
  }
});

test.each([
  ["SchedulerCall", { kill: {}, reconcile: { tasks: [{}] } }, "kill.task_id, reconcile.tasks[0].task_id"],
  ["SchedulerCall", { framework_id: "x" }, "Not expecting a JSON string for field 'framework_id'"],
  ["SchedulerCall", { revive: { roles: "x" } }, "Not expecting a JSON string for field 'roles'"],
  ["Range", { begin: -1, end: 2 }, "out of range"],
  ["UUID", { value: "%" }, "base64"],
])("%s %j is refused: %s", (type, value, words) => {
  expect(() => readMessage(type, value)).toThrow(words);
});

test("a message nested without end is refused, not followed", () => {
  let value: object = { value: "x" };
  for (let depth = 0; depth < 20_000; depth++) {
    value = { value: "x", parent: value };
  }
  expect(() => readMessage("ContainerID", value)).toThrow(MessageError);
});
