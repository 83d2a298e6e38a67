import type { Offer, Resource, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Exchange, readFacts, type UpdateFact } from "./facts";
import { differences } from "./shape";
import { openTarget, type Target } from "./target";

const facts = readFacts();
/** Tasks that were not there when the agent was asked. */
const LATE = ["dl", "lim"];
const KILLED = ["ackdemo", "stubborn"];
const RUNNING = ["sleeper", "hc-ok", "checked", "dock"];

let target: Target;
let sandbox: string;
const taken = new Set<string>();

beforeAll(async () => {
  target = await openTarget();
  const { framework } = target;
  const offer = await leftOver();
  const names = Object.keys(facts.tasks).filter((name) => !LATE.includes(name));
  await framework.launch(offer, ...names.map((name) => taskInfo(name, offer)));
  for (const name of KILLED) {
    await framework.status(name, "TASK_RUNNING");
    await framework.driver.kill(name);
  }
  await told(names);
  const state = (await (await fetch(`${target.agentUrl}/state`)).json()) as { frameworks: { executors: Executor[] }[] };
  const executors = state.frameworks.flatMap((each) => each.executors);
  sandbox = executors.find(({ id }) => id === "sleeper")?.directory ?? "";
}, 120_000);

afterAll(async () => {
  for (const name of RUNNING) {
    await target.framework.driver.kill(name);
    await target.framework.status(name, "TASK_KILLED");
  }
  await target.close();
}, 60_000);

interface Executor {
  id: string;
  directory: string;
}

test.each(facts.exchanges.map((exchange) => [exchange.name, exchange] as const))(
  "%s is answered as upstream does",
  async (_, exchange) => {
    const path = named(exchange.path);
    const body = exchange.body && named(JSON.stringify(exchange.body));
    const headers = { ...(body && { "Content-Type": "application/json" }) };
    const answer = await fetch(target.agentUrl + path, { method: exchange.method, headers, body });
    expect(answer.status).toBe(exchange.status);
    expect(headersOf(answer, exchange)).toEqual(exchange.headers);
    const text = await answer.text();
    const isJson = exchange.headers["content-type"] === "application/json";
    const found = isJson ? JSON.parse(text) : text;
    if (exchange.shape === undefined) {
      expect(found).toEqual(typeof exchange.exactly === "string" ? named(exchange.exactly) : exchange.exactly);
    } else {
      expect(differences(found, exchange.shape)).toEqual([]);
    }
  },
);

test("a task group: one task is killed, the other goes with it, then its executor has ended", async () => {
  const { framework } = target;
  const { executor, tasks, killed, updates, failure } = facts.pod;
  const offer = await leftOver();
  const infos = Object.entries(tasks).map(([name, rest]) => ({ ...taskInfo(name, offer), ...rest }));
  const info = { ...executor, framework_id: offer.framework_id, resources: resourcesFor([]) };
  const launch_group = { executor: info, task_group: { tasks: infos } };
  await framework.driver.accept([offer.id], [{ type: "LAUNCH_GROUP", launch_group }], { refuse_seconds: 0 });
  for (const name of Object.keys(tasks)) {
    await framework.status(name, "TASK_RUNNING");
  }
  await framework.driver.kill(killed);
  const ended = await framework.event("FAILURE", ({ failure: { executor_id } }) => executor_id !== undefined);
  expect(differences(ended, failure)).toEqual([]);
  for (const [name, expected] of Object.entries(updates)) {
    const statuses = statusesOf(name);
    expect(statuses.map(said)).toEqual(expected.map((fact) => said(fact)));
    expect(statuses.flatMap((status, index) => differences(status, expected[index]?.shape ?? "null"))).toEqual([]);
  }
});

describe("updates", () => {
  beforeAll(async () => {
    const { framework } = target;
    const offer = await leftOver();
    await framework.launch(offer, ...LATE.map((name) => taskInfo(name, offer)));
    await told(LATE);
  }, 60_000);

  test.each(Object.entries(facts.updates))(
    "the updates of the task %s come in upstream's order and form",
    (name, expected) => {
      const statuses = statusesOf(name);
      expect(statuses.map(said)).toEqual(expected.map((fact) => said(fact)));
      const problems = statuses.flatMap((status, index) =>
        differences(status, expected[index]?.shape ?? "null", status.state),
      );
      expect(problems).toEqual([]);
    },
  );
});

function cpus(resources: readonly Resource[]): number {
  return resources.reduce((sum, { name, scalar }) => sum + (name === "cpus" ? (scalar?.value ?? 0) : 0), 0);
}

/** Waits for all updates of tasks that the recordings have. */
async function told(names: string[]): Promise<void> {
  const isTold = (name: string) => statusesOf(name).length >= (facts.updates[name]?.length ?? 0);
  await waitFor("every update", () => names.every(isTold), 30_000);
}

/** The offer of what the launches before have left over; what ended tasks gave back is offered apart, and is little. */
async function leftOver(): Promise<Offer> {
  const offer = await target.framework.offer(({ id, resources }) => !taken.has(id.value) && cpus(resources) >= 1);
  taken.add(offer.id.value);
  return offer;
}

function resourcesFor(ports: readonly number[]): Resource[] {
  const allocation_info = { role: "rec" };
  const range = ports.map((port) => ({ begin: port, end: port }));
  return [
    { name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, allocation_info },
    { name: "mem", type: "SCALAR", scalar: { value: 32 }, allocation_info },
    ...(ports.length === 0 ? [] : [{ name: "ports", type: "RANGES" as const, ranges: { range }, allocation_info }]),
  ];
}

function taskInfo(name: string, offer: Offer): TaskInfo {
  const rest = facts.tasks[name];
  const ports = rest?.container?.docker?.port_mappings?.map(({ host_port }) => host_port) ?? [];
  return {
    name,
    task_id: { value: name },
    agent_id: offer.agent_id,
    resources: resourcesFor(ports),
    ...rest,
  };
}

/** The updates of a task from its agent, without repeats. */
function statusesOf(name: string): TaskStatus[] {
  const all = target.framework.events.flatMap((event) => (event.type === "UPDATE" ? [event.update.status] : []));
  const own = all.filter(({ task_id, source }) => task_id.value === name && source !== "SOURCE_MASTER");
  return own.filter(({ uuid }, index) => own.findIndex((other) => other.uuid === uuid) === index);
}

function said({ state, source, reason, message, healthy, check_status }: UpdateFact | TaskStatus) {
  return { state, source, reason, message, healthy, check_status };
}

function named(text: string): string {
  const runs = sandbox.slice(0, sandbox.lastIndexOf("/"));
  const [, framework = ""] = /\/frameworks\/([^/]+)\//.exec(sandbox) ?? [];
  return text.replaceAll("{sandbox}", sandbox).replaceAll("{runs}", runs).replaceAll("{framework}", framework);
}

function headersOf(answer: Response, { headers }: Exchange): Record<string, string> {
  const names = ["content-type", "content-disposition", "allow", ...Object.keys(headers)];
  return Object.fromEntries(
    names.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? ""]] : [])),
  );
}
