import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage } from "@drover/emulator/protocol/protobuf";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { RecordDecoder } from "@drover/lib/mesos/recordio";
import type { Event, Offer } from "@drover/lib/mesos/types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeAgent, scalar } from "../test/fake-agent";
import { TestMaster } from "../test/masters";

/** Statuses and texts as a real master gives them. */

let logFolder: string;
let master: TestMaster;
let stream: undefined | { id: string; frameworkId: string; close(): void };

beforeAll(async () => {
  logFolder = mkdtempSync(join(tmpdir(), "mesos-master-log-"));
  writeFileSync(join(logFolder, "mesos-master.INFO"), "elected\n");
  master = await TestMaster.start({ MESOS_REGISTRY: "in_memory", MESOS_LOG_DIR: logFolder });
  stream = await subscribe({ user: "root", name: "x", failover_timeout: 60 });
}, 30_000);

afterAll(async () => {
  stream?.close();
  await master.end("SIGKILL");
  rmSync(logFolder, { recursive: true });
});

/** Subscribes and reads the first record, so that the connection stays open. */
async function subscribe(info: object): Promise<NonNullable<typeof stream>> {
  const body = { type: "SUBSCRIBE", subscribe: { framework_info: info } };
  const response = await master.post("/api/v1/scheduler", body);
  const reader = response.body?.getReader();
  const [first = "{}"] = new RecordDecoder().push(Buffer.from((await reader?.read())?.value ?? []));
  const event = JSON.parse(first);
  return {
    id: response.headers.get("mesos-stream-id") ?? "",
    frameworkId: event.subscribed.framework_id.value,
    close: () => void reader?.cancel(),
  };
}

const validation = (text: string) => `Failed to validate scheduler::Call: ${text}`;
const conversion = (text: string) => `Failed to convert JSON into Call protobuf: ${text}`;
const info = { user: "root", name: "x" };

test.each([
  ["", "Failed to parse body into JSON: syntax error at line 1 near: "],
  ["[]", conversion("Expecting a JSON object")],
  [{}, validation("Expecting 'type' to be present")],
  [{ type: "FLY", framework_id: { value: "x" } }, validation("Expecting 'type' to be present")],
  [{ type: "revive", framework_id: { value: "x" } }, validation("Expecting 'type' to be present")],
  [{ type: "SUBSCRIBE" }, validation("Expecting 'subscribe' to be present")],
  [
    { type: "SUBSCRIBE", subscribe: { framework_info: { name: "x" } } },
    conversion("Missing required fields: subscribe.framework_info.user"),
  ],
  [
    { type: "SUBSCRIBE", framework_id: { value: "a" }, subscribe: { framework_info: { ...info, id: { value: "b" } } } },
    validation("'framework_id' differs from 'subscribe.framework_info.id'"),
  ],
  [{ type: "REVIVE" }, validation("Expecting 'framework_id' to be present")],
  [{ type: "REVIVE", framework_id: "plain" }, conversion("Not expecting a JSON string for field 'framework_id'")],
  [{ type: "ACCEPT", framework_id: { value: "x" } }, validation("Expecting 'accept' to be present")],
  [{ type: "KILL", framework_id: { value: "x" }, kill: {} }, conversion("Missing required fields: kill.task_id")],
  [{ type: "REVIVE", framework_id: { value: "nope-0000" } }, "Framework cannot be found"],
  [
    {
      type: "ACKNOWLEDGE",
      framework_id: { value: "x" },
      acknowledge: { agent_id: { value: "a" }, task_id: { value: "t" }, uuid: "AAAA" },
    },
    validation("Not a valid UUID"),
  ],
])("%j is refused with 400", async (body, text) => {
  const response = await master.post("/api/v1/scheduler", body);
  expect([response.status, await response.text()]).toEqual([400, text]);
});

test("calls need the stream's id, SUBSCRIBE must not have one", async () => {
  if (!stream) {
    throw new Error("not subscribed");
  }
  const revive = { type: "REVIVE", framework_id: { value: stream.frameworkId } };
  const post = async (body: object, headers: Record<string, string>) => {
    const response = await master.post("/api/v1/scheduler", body, headers);
    return [response.status, await response.text()];
  };
  expect(await post(revive, {})).toEqual([400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header"]);
  expect(await post(revive, { "Mesos-Stream-Id": "abc" })).toEqual([
    400,
    `The stream ID 'abc' included in this request didn't match the stream ID currently associated with framework ID ${stream.frameworkId}`,
  ]);
  expect(await post(revive, { "Mesos-Stream-Id": stream.id })).toEqual([202, ""]);
  expect(await post({ ...revive, foo: { bar: 1 } }, { "Mesos-Stream-Id": stream.id })).toEqual([202, ""]);
  const again = { type: "SUBSCRIBE", subscribe: { framework_info: info } };
  expect(await post(again, { "Mesos-Stream-Id": stream.id })).toEqual([
    400,
    "Subscribe calls should not include the 'Mesos-Stream-Id' header",
  ]);
});

test("media types are taken literally, methods other than POST are refused", async () => {
  const typed = async (type: string) => {
    const response = await master.post("/api/v1/scheduler", {}, { "Content-Type": type });
    return response.status;
  };
  expect(await typed("application/json; charset=utf-8")).toBe(415);
  expect(await typed("text/plain")).toBe(415);
  const subscribe = { type: "SUBSCRIBE", subscribe: { framework_info: info } };
  expect((await master.post("/api/v1/scheduler", subscribe, { Accept: "text/xml" })).status).toBe(406);
  const got = await master.get("/api/v1/scheduler");
  expect([got.status, got.headers.get("allow"), await got.text()]).toEqual([
    405,
    "POST",
    "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'.",
  ]);
});

const multi = [{ type: "MULTI_ROLE" }];

test.each([
  [
    { role: "a", roles: ["b"], capabilities: multi },
    "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable",
  ],
  [{ roles: ["b"] }, "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable"],
  [
    { roles: ["/bad"], capabilities: multi },
    "'FrameworkInfo.roles' contains invalid role: Role '/bad' cannot start with a slash",
  ],
])("FrameworkInfo with %j gets a stream of one ERROR", async (part, message) => {
  const body = { type: "SUBSCRIBE", subscribe: { framework_info: { ...info, ...part } } };
  const response = await master.post("/api/v1/scheduler", body);
  const record = JSON.stringify({ type: "ERROR", error: { message } });
  expect(response.status).toBe(200);
  expect(response.headers.get("mesos-stream-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(await response.text()).toBe(`${record.length}\n${record}`);
});

test("suppressed roles have to be the framework's", async () => {
  const subscribe = { framework_info: { ...info, roles: ["b"], capabilities: multi }, suppressed_roles: ["zz"] };
  const response = await master.post("/api/v1/scheduler", { type: "SUBSCRIBE", subscribe });
  expect(await response.text()).toContain("Suppressed roles { zz } are not contained in the set of roles");
});

test("the operator API knows its calls and words the rest like upstream", async () => {
  const post = async (body: object | string) => {
    const response = await master.post("/api/v1", body);
    return [response.status, await response.text()];
  };
  expect(await post({ type: "GET_HEALTH" })).toEqual([200, '{"type":"GET_HEALTH","get_health":{"healthy":true}}']);
  expect(await post({ type: "NOPE" })).toEqual([
    400,
    "Failed to validate master::Call: Expecting 'type' to be present",
  ]);
  expect(await post({ type: "UNKNOWN" })).toEqual([501, "501 Not Implemented."]);
  expect(await post({ type: "GET_METRICS" })).toEqual([
    400,
    "Failed to validate master::Call: Expecting 'get_metrics' to be present",
  ]);
  const agent = { agent_id: { value: "nope" } };
  expect(await post({ type: "MARK_AGENT_GONE", mark_agent_gone: agent })).toEqual([404, "Agent 'nope' not found"]);
  expect(await post({ type: "DRAIN_AGENT", drain_agent: agent })).toEqual([400, "Unknown agent"]);
  expect(await post({ type: "REACTIVATE_AGENT", reactivate_agent: agent })).toEqual([400, "Agent is not deactivated"]);
  expect(await post({ type: "DRAIN_AGENT", drain_agent: { ...agent, max_grace_period: "600s" } })).toEqual([
    400,
    conversion("Not expecting a JSON string for field 'max_grace_period'"),
  ]);
  expect(await post({ type: "TEARDOWN", teardown: { framework_id: { value: "nope" } } })).toEqual([
    400,
    "No framework found with specified ID",
  ]);
});

/** The events of a stream in protobuf, whatever the sizes of the chunks they arrive in. */
async function* protobufEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Event> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
      const bytes = rest.subarray(end + 1, end + 1 + Number(rest.subarray(0, end)));
      if (bytes.length < Number(rest.subarray(0, end))) {
        break;
      }
      yield decodeMessage("SchedulerEvent", bytes) as unknown as Event;
      rest = rest.subarray(end + 1 + bytes.length);
    }
  }
}

test("a framework that speaks protobuf is offered an agent, launches a task and acknowledges its updates", async () => {
  const suppress = { type: "SUPPRESS", framework_id: { value: stream?.frameworkId } };
  await master.post("/api/v1/scheduler", suppress, { "Mesos-Stream-Id": stream?.id ?? "" });
  const agent = new FakeAgent(createMasterDetector(`127.0.0.1:${master.port}`), "node", [scalar("cpus", 1)]);
  agent.start();
  const media = "application/x-protobuf";
  const post = (call: object, headers: Record<string, string> = {}) =>
    fetch(`${master.url}/api/v1/scheduler`, {
      method: "POST",
      headers: { "Content-Type": media, Accept: media, ...headers },
      body: Buffer.from(encodeMessage("SchedulerCall", call)),
    });
  const response = await post({ type: "SUBSCRIBE", subscribe: { framework_info: info } });
  expect([response.status, response.headers.get("content-type")]).toEqual([200, media]);
  const events = protobufEvents(response.body as AsyncIterable<Uint8Array>);
  const next = async <Type extends Event["type"]>(type: Type): Promise<Extract<Event, { type: Type }>> => {
    for (;;) {
      const { done, value } = await events.next();
      if (done) {
        throw new Error(`the stream has ended before ${type}`);
      }
      if (value.type === type) {
        return value as Extract<Event, { type: Type }>;
      }
    }
  };
  const { framework_id } = (await next("SUBSCRIBED")).subscribed;
  const streamId = { "Mesos-Stream-Id": response.headers.get("mesos-stream-id") ?? "" };
  const call = async (type: string, body?: object) =>
    (await post({ type, framework_id, ...(body && { [type.toLowerCase()]: body }) }, streamId)).status;
  const [offer] = (await next("OFFERS")).offers.offers as [Offer];
  const { id, agent_id, resources } = offer;
  const task_infos = [{ name: "t", task_id: { value: "t" }, agent_id, resources, command: { value: "true" } }];
  const operations = [{ type: "LAUNCH", launch: { task_infos } }];
  expect(await call("ACCEPT", { offer_ids: [id], operations })).toBe(202);
  for (const state of ["TASK_STARTING", "TASK_RUNNING"]) {
    const { status } = (await next("UPDATE")).update;
    expect(status).toMatchObject({ task_id: { value: "t" }, state, agent_id, source: "SOURCE_EXECUTOR" });
    expect(await call("ACKNOWLEDGE", { agent_id, task_id: status.task_id, uuid: status.uuid })).toBe(202);
  }
  expect(await call("TEARDOWN")).toBe(202);
  agent.stop();
});

test("the log is listed and read by the operator API, in both forms", async () => {
  const list = { type: "LIST_FILES", list_files: { path: "/master/log" } };
  const read = { type: "READ_FILE", read_file: { path: "/master/log", offset: 3, length: 5 } };
  const protobuf = async (call: object) => {
    const answer = await master.post("/api/v1", call, { Accept: "application/x-protobuf" });
    return decodeMessage("MasterResponse", Buffer.from(await answer.arrayBuffer()));
  };
  const part = { size: expect.any(Number), data: Buffer.from("cted\n").toString("base64") };
  expect(await (await master.post("/api/v1", list)).json()).toEqual({ ...list, list_files: { file_infos: [] } });
  expect(await (await master.post("/api/v1", read)).json()).toEqual({ ...read, read_file: part });
  expect(await protobuf(list)).toEqual({ ...list, list_files: {} });
  expect(await protobuf(read)).toEqual({ ...read, read_file: part });
});

test("paths are there with and without /master where upstream has both", async () => {
  const status = async (path: string) => (await master.get(path)).status;
  for (const path of [
    "/state",
    "/state-summary",
    "/slaves",
    "/frameworks",
    "/tasks",
    "/roles",
    "/weights",
    "/flags",
    "/health",
  ]) {
    expect([path, await status(path), await status(`/master${path}`)]).toEqual([path, 200, 200]);
  }
  expect([await status("/version"), await status("/master/version")]).toEqual([200, 404]);
  expect([await status("/metrics/snapshot"), await status("/master/metrics/snapshot")]).toEqual([200, 404]);
  expect([await status("/redirect"), await status("/redirect/state")]).toEqual([307, 404]);
  expect(await status("/state/")).toBe(200);
  const missing = await master.get("/nonsense");
  expect([missing.status, await missing.text()]).toEqual([404, "404 Not Found."]);
  const script = await master.get("/version?jsonp=cb");
  expect([script.headers.get("content-type"), (await script.text()).slice(0, 4)]).toEqual(["text/javascript", "cb({"]);
});
