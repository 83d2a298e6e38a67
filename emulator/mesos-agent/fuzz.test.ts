import { enums, messages } from "@drover/emulator/protocol/schema";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentProcess } from "./test/agent-process";
import { LoneAgent } from "./test/lone-agent";

const TYPES = [...(enums.get("AgentCallType")?.keys() ?? [])].filter((type) => type !== "UNKNOWN");

let lone: LoneAgent;
let agent: AgentProcess;

beforeAll(async () => {
  lone = await LoneAgent.start();
  agent = lone.agent;
});
afterAll(() => lone.remove());

/** A value that may be what a field wants, or anything else. */
function valueFor(type: string, depth: number): fc.Arbitrary<unknown> {
  const fields = messages.get(type);
  const wrong = fc.oneof(fc.jsonValue(), fc.constant(1e308), fc.constant("x".repeat(70_000)));
  if (fields === undefined) {
    const names = [...(enums.get(type)?.keys() ?? [])];
    const right = names.length > 0 ? fc.constantFrom(...names) : fc.oneof(fc.string(), fc.integer(), fc.boolean());
    return fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: wrong });
  }
  if (depth === 0) {
    return wrong;
  }
  const members = fields.map(({ name, type: inner, kind }) => {
    const one = valueFor(inner, depth - 1);
    return [name, kind === "repeated" ? fc.array(one, { maxLength: 2 }) : one] as const;
  });
  const right = fc.record(Object.fromEntries(members), { requiredKeys: [] });
  return fc.oneof({ weight: 6, arbitrary: right }, { weight: 1, arbitrary: wrong });
}

/** A call with the body of its type, most of the time. */
const call = fc.constantFrom(...TYPES).chain((type) => {
  const field = messages.get("AgentOperatorCall")?.find(({ name }) => name === type.toLowerCase());
  const body = field === undefined ? fc.constant(undefined) : valueFor(field.type, 3);
  return body.map((each) => ({ type, ...(each === undefined ? {} : { [type.toLowerCase()]: each }) }));
});

async function isAnswered(path: string, init: RequestInit): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(agent.url + path, { ...init, signal });
  await answer.body?.cancel();
  // Two bytes suffice for a call of the type UNKNOWN, which upstream answers with 501.
  if (answer.status !== 501) expect(answer.status, `${path} ${String(init.body).slice(0, 500)}`).toBeLessThan(500);
}

const post = (contentType: string, body: string | Buffer<ArrayBuffer>): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": contentType },
  body,
});

test("operator calls of every kind of nonsense are answered 4xx at worst", async () => {
  await fc.assert(
    fc.asyncProperty(call, (each) => isAnswered("/api/v1", post("application/json", JSON.stringify(each)))),
    { numRuns: 300 },
  );
});

test("bodies that are no calls, in both forms", async () => {
  const deep = fc.constant("[".repeat(100_000));
  const text = fc.oneof(fc.string(), fc.json(), deep);
  await fc.assert(
    fc.asyncProperty(text, (each) => isAnswered("/api/v1", post("application/json", each))),
    { numRuns: 60 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (each) =>
      isAnswered("/api/v1", post("application/x-protobuf", Buffer.from(each))),
    ),
    { numRuns: 100 },
  );
});

test("queries of the files API", async () => {
  const path = fc.constantFrom("browse", "read", "download");
  const part = fc.oneof(fc.string(), fc.constantFrom("/", "..", "%00", "/slave/log", "9".repeat(400)));
  await fc.assert(
    fc.asyncProperty(path, part, part, part, (name, file, offset, length) => {
      const query = new URLSearchParams({ path: file, offset, length });
      return isAnswered(`/files/${name}?${query}`, {});
    }),
    { numRuns: 150 },
  );
  expect((await agent.get("/health")).status).toBe(200);
});
