import { enums, messages } from "@drover/emulator/protocol/schema";
import type { Field } from "@drover/emulator/protocol/schema/notation";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { encodeJsonRecord, RecordDecoder } from "@drover/lib/mesos/recordio";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "./test/ask";
import { FakeAgent, scalar } from "./test/fake-agent";
import { TestMaster } from "./test/masters";
import { TestFramework } from "./test/test-framework";

const MAX_DEPTH = 5;
const RUNS = 150;
const JSON_HEADERS = { "Content-Type": "application/json", Accept: "application/json" };
/** Calls that are answered by an endless stream. */
const STREAMS = new Set(["SUBSCRIBE"]);
/** Calls that would end what the others are tried on. */
const LAST = new Set(["TEARDOWN", "MARK_AGENT_GONE"]);

let master: TestMaster;
let agent: FakeAgent;
let framework: TestFramework;

/** A framework with offers of an agent, so that calls get as far as what they are about. */
beforeAll(async () => {
  master = await TestMaster.start({ MESOS_REGISTRY: "in_memory", MESOS_ALLOCATION_INTERVAL: "20ms" });
  const detector = createMasterDetector(`127.0.0.1:${master.port}`);
  agent = new FakeAgent(detector, "node", [scalar("cpus", 4), scalar("mem", 1024), scalar("disk", 512)]);
  agent.start();
  const capabilities = ["MULTI_ROLE", "PARTITION_AWARE"].map((type) => ({ type }));
  framework = new TestFramework(detector, { roles: ["web"], capabilities });
  await framework.offer();
});

afterAll(async () => {
  agent?.stop();
  framework?.driver.stop();
  await master?.end("SIGKILL");
});

/** The message with the ids of this cluster where it speaks of offers and agents. */
function withKnownIds(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withKnownIds);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const offers = framework.events.flatMap((event) => (event.type === "OFFERS" ? event.offers.offers : []));
  const known: Record<string, unknown> = { agent_id: { value: agent.id }, offer_ids: [offers.at(-1)?.id] };
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, known[name] ?? withKnownIds(each)] as const),
  );
}

const huge = fc.constantFrom(
  2 ** 63,
  -(2 ** 63),
  1e308,
  "9".repeat(400),
  "x".repeat(20_000),
  `${"[".repeat(100)}${"]".repeat(100)}`,
  Array.from({ length: 2000 }, () => ({})),
);
const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  huge,
  fc.constantFrom(null, "", -1, 0.5, "NaN", "Infinity", true, [], {}, "UNKNOWN", "../..", "\u0000", "💥"),
);

/** A message that mostly fits the schema, with fields left out, added, or of another type here and there. */
function messageOf(type: string, depth: number): fc.Arbitrary<unknown> {
  const fields = messages.get(type) ?? [];
  const record = fc.record(Object.fromEntries(fields.map((field) => [field.name, fieldOf(field, depth)])), {
    requiredKeys: [],
  });
  const unknown = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 1 });
  return fc.tuple(record, unknown).map(([known, more]) => ({ ...more, ...known }));
}

function fieldOf({ type, kind }: Field, depth: number): fc.Arbitrary<unknown> {
  const right = messages.has(type)
    ? depth < MAX_DEPTH
      ? messageOf(type, depth + 1)
      : fc.constant({})
    : scalarOf(type);
  const whole =
    kind === "repeated"
      ? fc.array(right, { maxLength: 2 })
      : kind === "map"
        ? fc.dictionary(fc.constantFrom("cpus", "", "__proto__", "mem"), right, { maxKeys: 2 })
        : right;
  return fc.oneof({ weight: 12, arbitrary: whole }, { weight: 1, arbitrary: anything });
}

function scalarOf(type: string): fc.Arbitrary<unknown> {
  const names = enums.get(type);
  if (names) {
    return fc.constantFrom(...names.keys());
  }
  switch (type) {
    case "bool":
      return fc.boolean();
    case "string":
      return fc.constantFrom("*", "web", "cpus", "a/b", "", "disk");
    case "bytes":
      return fc.constantFrom("AAAAAAAAAAAAAAAAAAAAAA==", "", "A", "%%");
    case "double":
      return fc.double();
    default:
      return fc.integer();
  }
}

/** Sends a body; the answer must come, and be neither a fault nor the end of the master. */
async function expectSaneAnswer(path: string, body: string | Buffer, headers: Record<string, string>): Promise<void> {
  const { status } = await ask(`127.0.0.1:${master.port}`, "POST", path, headers, body);
  // Two bytes of protobuf suffice for a call of the type UNKNOWN, which upstream answers with 501.
  if (status !== 501) expect(status, `${path} ${body.toString().slice(0, 2000)}`).toBeLessThan(500);
  expect(master.hasEnded).toBe(false);
}

test.each([
  ["SchedulerCall", "/api/v1/scheduler"],
  ["MasterCall", "/api/v1"],
])(
  "%s of any make-up: no 5xx, no hang, no crash",
  async (type, path) => {
    const types = [...(enums.get(`${type}Type`)?.keys() ?? [])].filter(
      (name) => !STREAMS.has(name) && !LAST.has(name) && name !== "UNKNOWN",
    );
    const call = fc.constantFrom(...types).chain((name) => {
      const body = messages.get(type)?.find((field) => field.name === name.toLowerCase());
      const content = body ? fieldOf(body, 0) : fc.constant(undefined);
      return content.map((value) => ({ type: name, [name.toLowerCase()]: value }));
    });
    const send = (value: object, isKnown: boolean) => {
      const { frameworkId, streamId = "" } = framework.driver;
      const body = { ...value, ...(frameworkId ? { framework_id: { value: frameworkId } } : {}) };
      const text = JSON.stringify(isKnown ? withKnownIds(body) : body);
      return expectSaneAnswer(path, text, { ...JSON_HEADERS, "Mesos-Stream-Id": streamId });
    };
    await fc.assert(fc.asyncProperty(call, fc.boolean(), send), { numRuns: RUNS });
    expect((await master.get("/state")).status).toBe(200);
  },
  120_000,
);

test.each([
  ["POST", "/maintenance/schedule", "MaintenanceSchedule"],
  ["POST", "/machine/down", "Machines"],
  ["PUT", "/weights", "Weights"],
  ["POST", "/quota", "QuotaRequest"],
  ["POST", "/api/v1/agent", "Task"],
])(
  "%s %s: the same",
  async (method, path, type) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(messageOf(type, 1), anything, fc.array(messageOf("MachineID", 4))), async (value) => {
        const { status } = await ask(`127.0.0.1:${master.port}`, method, path, JSON_HEADERS, JSON.stringify(value));
        expect(status, JSON.stringify(value).slice(0, 2000)).toBeLessThan(500);
      }),
      { numRuns: 60 },
    );
  },
  60_000,
);

test("a body that is no message: text, protobuf garbage, nested without end, with keys of the language", async () => {
  const deep = `${'{"framework_id":'.repeat(50_000)}1${"}".repeat(50_000)}`;
  const bodies = [
    deep,
    "[".repeat(100_000),
    "\u0000",
    "{",
    '{"__proto__":{"type":"GET_HEALTH"}}',
    '{"type":"constructor"}',
  ];
  for (const path of ["/api/v1", "/api/v1/scheduler"]) {
    for (const body of bodies) {
      await expectSaneAnswer(path, body, JSON_HEADERS);
    }
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) =>
      expectSaneAnswer("/api/v1", Buffer.from(bytes), { "Content-Type": "application/x-protobuf" }),
    ),
    { numRuns: 100 },
  );
}, 60_000);

test("a stream of records may be cut and joined anywhere", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 2 })), fc.array(fc.nat(40)), (values, cuts) => {
      const whole = Buffer.concat(values.map(encodeJsonRecord));
      const decoder = new RecordDecoder();
      const records: string[] = [];
      let position = 0;
      for (const length of cuts) {
        records.push(...decoder.push(whole.subarray(position, position + length)));
        position += length;
      }
      records.push(...decoder.push(whole.subarray(position)));
      expect(records.map((record) => JSON.stringify(JSON.parse(record)))).toEqual(
        values.map((each) => JSON.stringify(each)),
      );
      expect(decoder.atBoundary).toBe(true);
    }),
  );
});

test("a client that goes in the middle of its call or of its stream leaves the master as it was", async () => {
  const { createConnection } = await import("node:net");
  const subscribe = JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "cut" } } });
  const head = `POST /api/v1/scheduler HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nContent-Length: ${subscribe.length}\r\n\r\n`;
  const wire = head + subscribe;
  for (const length of [5, head.length - 2, head.length, head.length + 10, wire.length]) {
    const socket = createConnection(master.port, "127.0.0.1");
    await new Promise<void>((resolve) => socket.write(wire.slice(0, length), () => resolve()));
    if (length === wire.length) {
      await new Promise((resolve) => socket.once("data", resolve));
    }
    socket.destroy();
  }
  expect((await master.get("/health")).status).toBe(200);
  expect(await master.metric("master/frameworks_connected")).toBeGreaterThanOrEqual(0);
});
