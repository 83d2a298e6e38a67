import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { merge, type Shape, shapeOf } from "../shape";
import type { Exchange, Facts, MadeStatus } from "./facts";

/*
 * Turns recordings of a real cluster into facts.json: `npx tsx test/conformance/mesos/make-facts.ts <folder>`, then
 * `npm run format`. The folder
 * holds one JSON file an exchange, `{request: {method, path, headers, body}, response: {status, headers, body}}`, and
 * streams as lists of `{event}` or `{status}`.
 */

interface Recorded {
  request?: { method: string; path: string; headers: Record<string, string>; body: unknown };
  response?: { status: number; headers: [string, string][]; body?: unknown; records?: { event: Event }[] };
  records?: { event: Event }[];
  updates?: { status: Record<string, unknown> }[];
}

interface Event {
  type: string;
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const REQUEST_HEADERS = ["Content-Type", "Accept", "Mesos-Stream-Id"];
const ANSWER_HEADERS = ["Content-Type", "Allow", "Location", "WWW-Authenticate"];
/** Not to be compared: bodies that are pages, counters that come and go, or state that another test made. */
const LEFT_OUT = /gzip|metrics-snapshot|root$|help$|observe|state-jsonp|-json-|json-prefixed|absent/;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new Error("name the folder of the recordings");
}

function load(path: string): Recorded {
  return JSON.parse(readFileSync(join(folder ?? "", path), "utf8")) as Recorded;
}

function namesIn(path: string): string[] {
  return readdirSync(join(folder ?? "", path))
    .filter((name) => name.endsWith(".json") && !LEFT_OUT.test(basename(name, ".json")))
    .sort();
}

function exchange(path: string, name: string): Exchange | undefined {
  const { request, response } = load(`${path}/${name}`);
  if (!request || !response || response.records?.length) {
    return undefined;
  }
  const { body } = response;
  const isJson = typeof body === "object" && body !== null;
  return {
    name: basename(name, ".json"),
    method: request.method,
    path: request.path,
    headers: pick(Object.entries(request.headers), REQUEST_HEADERS),
    ...(request.body === null || request.body === "" ? {} : { body: neutral(asText(request.body)) }),
    status: response.status,
    answerHeaders: pick(response.headers, ANSWER_HEADERS),
    ...(isJson ? { shape: shapeOf(body) } : { text: neutral(String(body ?? "")) }),
  };
}

function pick(headers: [string, string][], names: string[]): Record<string, string> {
  return Object.fromEntries(
    headers.filter(([name]) => names.includes(name)).map(([name, value]) => [name, neutral(value)]),
  );
}

function asText(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

/** Without ids and addresses of the recorded cluster. The ids of frameworks end in four digits. */
function neutral(text: string): string {
  return text
    .replace(new RegExp(`${UUID.source}-\\d{4}`, "g"), "$FRAMEWORK")
    .replace(/94c1ccb2-606e-4e07-b899-18482f6782e2/g, "$STREAM")
    .replace(/\/\/master\d\.example:5050/g, "//$LEADER");
}

function exchanges(path: string, wanted = /./): Exchange[] {
  return namesIn(path)
    .filter((name) => wanted.test(name))
    .map((name) => exchange(path, name))
    .filter((each) => each !== undefined);
}

function eventShapes(events: Event[]): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  for (const event of events) {
    const known = shapes[event.type];
    shapes[event.type] = known === undefined ? shapeOf(event) : merge(known, shapeOf(event));
  }
  return shapes;
}

/** The state at the beginning of a stream is the answer of GET_STATE, which is compared by itself. */
function streamOf(path: string): Event[] {
  const { records, response } = load(path);
  return (response?.records ?? records ?? []).map(({ event }) => event);
}

function madeStatuses(): MadeStatus[] {
  return namesIn("scheduler")
    .filter((name) => /update/.test(name))
    .flatMap((name) => (load(`scheduler/${name}`).updates ?? []).map(({ status }) => ({ name, status })))
    .filter(({ status }) => status.source === "SOURCE_MASTER")
    .map(({ name, status }) => ({
      name: basename(name, ".json"),
      state: String(status.state),
      source: String(status.source),
      ...(status.reason === undefined ? {} : { reason: String(status.reason) }),
      ...(status.message === undefined ? {} : { message: String(status.message) }),
      fields: Object.keys(status).sort(),
    }));
}

const schedulerEvents = [
  ...streamOf("scheduler/16-whole-stream.json"),
  ...streamOf("scheduler/11-accept-reserve-create-events.json"),
];
const operatorEvents = streamOf("operator/SUBSCRIBE-events.json");
const operatorShapes = eventShapes(operatorEvents);
const { SUBSCRIBED } = operatorShapes;
if (typeof SUBSCRIBED === "object" && "subscribed" in SUBSCRIBED) {
  SUBSCRIBED.subscribed = { ...(SUBSCRIBED.subscribed as { [name: string]: Shape }), get_state: "any" };
}
const facts: Facts = {
  legacy: [...exchanges("master-http/leader"), ...exchanges("master-http/leader-with-tasks")],
  operator: [...exchanges("operator", /^(GET|LIST|READ)/), ...exchanges("operator/errors")],
  scheduler: exchanges("scheduler/errors"),
  schedulerEvents: eventShapes(schedulerEvents),
  operatorEvents: operatorShapes,
  schedulerBegins: schedulerEvents.slice(0, 3).map(({ type }) => type),
  operatorBegins: operatorEvents.slice(0, 2).map(({ type }) => type),
  statuses: madeStatuses(),
};
writeFileSync(join(__dirname, "facts.json"), `${JSON.stringify(facts, undefined, 2)}\n`);
