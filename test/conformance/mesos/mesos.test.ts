import { ask } from "@drover/emulator/mesos-master/test/ask";
import { ports, scalar } from "@drover/emulator/mesos-master/test/fake-agent";
import { TestFramework, task } from "@drover/emulator/mesos-master/test/test-framework";
import { createMasterDetector } from "@drover/lib/mesos/master-detector";
import { RecordDecoder } from "@drover/lib/mesos/recordio";
import { postJson } from "@drover/lib/mesos/stream";
import type { Event, Offer } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { misfits, type Shape } from "../shape";
import { type Exchange, readFacts } from "./facts";
import { type Subject, startSubject } from "./subject";

const facts = readFacts();

/** What a build or a set-up may leave out, and what the recorded cluster had without its being part of the form. */
const OPTIONAL = new Set([
  "git_sha",
  "log_dir",
  "cluster",
  "ports",
  "labels",
  "discovery",
  "cores",
  "user",
  "healthy",
  "*",
]);

let subject: Subject;
let framework: TestFramework;
let streamId = "";
/** Offers that were accepted. */
const taken = new Set<string>();

beforeAll(async () => {
  subject = await startSubject();
  framework = new TestFramework(createMasterDetector(subject.address), {
    name: "conformance",
    roles: ["conformance"],
    failover_timeout: 60,
    hostname: "framework.example",
    webui_url: "http://framework.example:8080/",
    capabilities: ["MULTI_ROLE", "PARTITION_AWARE", "TASK_KILLING_STATE", "RESERVATION_REFINEMENT"].map((type) => ({
      type,
    })),
    labels: { labels: [{ key: "kind", value: "test" }] },
  });
  const offer = await framework.offer();
  taken.add(offer.id.value);
  await framework.launch(offer, runs("first", offer));
  await framework.status("first", "TASK_RUNNING");
  await anOffer();
  streamId = framework.driver.streamId ?? "";
}, 30_000);

afterAll(async () => {
  await framework?.driver.teardown().catch(() => {});
  await subject?.stop();
});

function runs(id: string, offer: Offer) {
  return task(id, offer, [scalar("cpus", 0.1), scalar("mem", 32), ...(id === "first" ? [ports(31000, 31001)] : [])]);
}

/** Repeats a recorded request with this cluster's ids, and compares everything but values of the moment. */
async function compare({ method, path, headers, body, ...recorded }: Exchange): Promise<void> {
  const here = (text: string) =>
    text.replaceAll("$FRAMEWORK", framework.driver.frameworkId ?? "").replaceAll("$STREAM", streamId);
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, here(value)]));
  const answer = await ask(subject.address, method, path, own, here(body ?? ""));
  const mine = Object.fromEntries(
    Object.keys(recorded.answerHeaders).map((name) => [name, answer.headers[name.toLowerCase()]]),
  );
  const leader = /^\/\/[^/]+/;
  expect({ status: answer.status, body: answer.status === recorded.status ? "" : answer.body }).toEqual({
    status: recorded.status,
    body: "",
  });
  expect(
    typeof mine.Location === "string" ? { ...mine, Location: mine.Location.replace(leader, "//$LEADER") } : mine,
  ).toEqual(recorded.answerHeaders);
  if (recorded.shape !== undefined) {
    expect(misfits(JSON.parse(answer.body), recorded.shape, OPTIONAL)).toEqual([]);
  } else if (method !== "HEAD" && recorded.answerHeaders["Content-Type"] === "text/plain; charset=utf-8") {
    expect(answer.body.trim()).toBe(here(recorded.text ?? "").trim());
  }
}

/** Answers whose content depends on what the cluster has or what was set before. */
const STATEFUL =
  /-after$|-one$|-limit$|-framework$|^state|^tasks$|^slaves$|in-maintenance|REACTIVATE_AGENT-active|^GET_QUOTA$/;

describe("endpoints", () => {
  test.each(
    facts.legacy.filter(({ name, shape }) => !STATEFUL.test(name) || (name !== "state-docker-task" && isFull(shape))),
  )("$method $path ($name) → $status", (exchange) => compare(exchange));
});

describe("operator API", () => {
  test.each(facts.operator.filter(({ name }) => !STATEFUL.test(name)))("$name → $status", (exchange) =>
    compare(exchange),
  );

  test("SUBSCRIBE begins with the state and a heartbeat, and tells in the recorded form", async () => {
    const { events, end } = await follow("/api/v1", { type: "SUBSCRIBE" });
    const offer = await anOffer();
    taken.add(offer.id.value);
    await framework.launch(offer, runs("watched", offer));
    await framework.status("watched", "TASK_RUNNING");
    await waitFor("the task's events", () => events.filter(({ type }) => type === "TASK_UPDATED").length >= 2);
    end();
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(facts.operatorBegins);
    expect(events.map(({ type }) => type)).toContain("TASK_ADDED");
    expectShapes(events, facts.operatorEvents);
  });
});

describe("scheduler API", () => {
  test.each(facts.scheduler)("$name → $status", (exchange) => compare(exchange));

  test("a stream begins as recorded, and all events have the recorded form", () => {
    const types = framework.events.map(({ type }) => type).filter((type, index, all) => all.indexOf(type) === index);
    expect(types.slice(0, 3).sort()).toEqual([...facts.schedulerBegins].sort());
    expect(types[0]).toBe(facts.schedulerBegins[0]);
    expectShapes(framework.events, facts.schedulerEvents);
  });

  const made = (name: string) => facts.statuses.find((status) => status.name === name);

  test.each([
    ["07-accept-illegal-task-id-update", { task_id: { value: "a/b" } }],
    ["07-accept-no-command-update", { command: undefined }],
  ])("%s", async (name, change) => {
    const offer = await anOffer();
    await expectStatus(name, { ...runs("bad-task", offer), ...change }, offer.id.value);
    const { state, source, reason, message, fields } = made(name) ?? {};
    expect({ state, source, reason, message, fields }).toMatchObject({ state: "TASK_ERROR", source: "SOURCE_MASTER" });
  });

  test("07-accept-unknown-offer-update", async () => {
    const offer = await anOffer();
    await expectStatus("07-accept-unknown-offer-update", runs("late", offer), "none-O999");
  });

  test.each(["09-kill-unknown-task-updates", "09-kill-unknown-task-known-agent-updates"])("%s", async (name) => {
    const agent = name.includes("known-agent") ? (await anOffer()).agent_id.value : undefined;
    const from = framework.events.length;
    await framework.driver.kill("nobody-knows", agent);
    await expectMade(name, "nobody-knows", from);
  });

  async function expectStatus(name: string, info: ReturnType<typeof runs>, offerId: string): Promise<void> {
    const from = framework.events.length;
    taken.add(offerId);
    await framework.driver.accept([{ value: offerId }], [{ type: "LAUNCH", launch: { task_infos: [info] } }], {
      refuse_seconds: 0,
    });
    await expectMade(name, info.task_id.value, from);
  }

  async function expectMade(name: string, taskId: string, from: number): Promise<void> {
    const { update } = await framework.event("UPDATE", (event) => event.update.status.task_id.value === taskId, from);
    const { state, source, reason, message } = update.status;
    const recorded = made(name);
    expect({ state, source, reason, fields: Object.keys(update.status).sort() }).toEqual({
      state: recorded?.state,
      source: recorded?.source,
      reason: recorded?.reason,
      fields: recorded?.fields,
    });
    expect(message?.replace(/Offer \S+/, "Offer")).toBe(recorded?.message?.replace(/Offer \S+/, "Offer"));
  }
});

/** An offer that still stands. */
async function anOffer(): Promise<Offer> {
  await framework.driver.revive();
  return framework.offer(({ id }) => !taken.has(id.value));
}

function expectShapes(events: readonly { type: string }[], shapes: Record<string, Shape>): void {
  const bad = events.flatMap((event) => {
    const shape = shapes[event.type];
    return shape === undefined ? [`${event.type} was not recorded`] : misfits(event, shape, OPTIONAL, event.type);
  });
  expect([...new Set(bad)]).toEqual([]);
}

async function follow(path: string, call: object): Promise<{ events: (Event | { type: string })[]; end: () => void }> {
  const { response } = await postJson(`http://${subject.address}${path}`, call, { agent: false });
  const events: { type: string }[] = [];
  const decoder = new RecordDecoder();
  response.on("data", (chunk) => events.push(...decoder.push(chunk).map((record) => JSON.parse(record))));
  response.on("error", () => {});
  return { events, end: () => response.destroy() };
}

/** True for a recorded answer of a cluster that had tasks: the form is whole there. */
function isFull(shape: Shape | undefined): boolean {
  return (
    JSON.stringify(shape ?? "").includes('"slave_id"') ||
    JSON.stringify(shape ?? "").includes('"unreserved_resources_full"')
  );
}
