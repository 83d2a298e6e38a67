/**
 * Makes facts.json from recordings of a real Mesos: `npx tsx test/conformance/mesos-agent/make-facts.ts <recordings>`,
 * where `<recordings>` holds one folder a topic with one exchange a JSON file. The tests need only its result.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event, Operation, TaskInfo, TaskStatus } from "@drover/lib/mesos/types";
import { type Exchange, FACTS_FILE, type Facts, type PodFacts, type UpdateFact } from "./facts";
import { merged, type Shape, shapeOf } from "./shape";

interface Accept {
  operations: Operation[];
}

interface Recording {
  request: { method: string; path: string; body: Record<string, unknown> | null };
  response: { status: number; headers: [string, string][]; body: unknown };
}

const HEADERS = new Set(["content-type", "content-disposition", "allow", "transfer-encoding", "www-authenticate"]);
/** Answers whose very text counts; of longer ones only the form is the same everywhere. */
const EXACT =
  /files-.*-(read-(stdout|size|beyond-end|post|directory|bad-offset)|browse-file)|GET_(HEALTH|LOGGING_LEVEL)/;
/** Of the moment, or of the machine: the executor's own output, and every flag's value. */
const LEFT_OUT = /files-debug|read-no-length|READ_FILE|GET_VERSION/;
const UPDATES: Record<string, string> = {
  sleeper: "04-updates-sleeper",
  quick: "04-updates-finished",
  fails: "04-updates-failed",
  ackdemo: "09-kill-updates",
  stubborn: "09-kill-grace-period-updates",
  healthy: "08-health-check-failing-updates",
  "hc-ok": "08-health-check-passing-updates",
  checked: "08-check-updates",
  dl: "25-max-completion-time-updates",
  lim: "27-limits-updates",
  dock: "13-docker-updates",
};

const [recordings] = process.argv.slice(2);
if (recordings === undefined) {
  throw new Error("say where the recordings are: make-facts.ts <folder>");
}

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(recordings ?? "", ...path), "utf8")) as T;
}

function exchanges(): Exchange[] {
  const folder = "agent1-http";
  const names = readdirSync(join(recordings ?? "", folder)).filter((name) => !LEFT_OUT.test(name));
  return names.map((file) => {
    const { request, response } = read<Recording>(folder, file);
    const headers = response.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    const isExact = EXACT.test(file) || response.status !== 200 || response.body === "";
    const body = request.body === null ? {} : { body: request.body };
    const fact: Exchange = {
      name: file.replace(".json", ""),
      method: request.method,
      path: request.path,
      ...body,
      status: response.status,
      headers: Object.fromEntries(headers.filter(([name]) => HEADERS.has(name))),
      ...(isExact ? { exactly: response.body } : { shape: withOptional(file, shapeOf(response.body)) }),
    };
    // Only builds from a clone of the sources have a commit to name.
    return JSON.parse(generalised(JSON.stringify(fact)).replaceAll('"git_sha":', '"git_sha?":')) as Exchange;
  });
}

/** The same answers of the other agent tell which members are not always there. */
function withOptional(file: string, shape: Shape): Shape {
  const others = ["agent2-http", "pods", "volumes", "drain"].flatMap((folder) =>
    readdirSync(join(recordings ?? "", folder))
      .filter((name) => name === file || (file === "state.json" && /^(agent-state|docker-state).*\.json$/.test(name)))
      .map((name) => read<Recording>(folder, name).response.body),
  );
  return others.map(shapeOf).reduce(merged, shape);
}

/** Puts names in place of this recording's ids and directories. */
function generalised(text: string): string {
  const sandbox =
    /\/var\/lib\/mesos\/agent1\/slaves\/[^/"]+\/frameworks\/[^/"]+\/executors\/sleeper\/runs\/(?!latest)[^/"?&' ]+/g;
  const runs = /\/var\/lib\/mesos\/agent1\/slaves\/[^/"]+\/frameworks\/[^/"]+\/executors\/sleeper\/runs/g;
  return text
    .replace(sandbox, "{sandbox}")
    .replace(runs, "{runs}")
    .replace(/\/(frameworks?)\/[0-9a-f-]{36}-\d{4}/g, "/$1/{framework}");
}

/** Tasks of which only the updates were recorded. */
const UNSEEN: Record<string, Partial<TaskInfo>> = {
  ackdemo: { command: { value: "sleep 1000" } },
  stubborn: {
    command: { value: "trap '' TERM; while true; do sleep 0.1; done" },
    kill_policy: { grace_period: { nanoseconds: 300_000_000 } },
  },
  dl: { command: { value: "sleep 1000" }, max_completion_time: { nanoseconds: 1_000_000_000 } },
};

/** All tasks that any recorded launch names. */
function tasks(): Record<string, Partial<TaskInfo>> {
  const found: Record<string, Partial<TaskInfo>> = {};
  for (const file of readdirSync(join(recordings ?? "", "scheduler")).filter((name) => name.endsWith(".json"))) {
    visit(read("scheduler", file), (info) => {
      const { name, task_id, agent_id, resources, ...rest } = info;
      found[name] ??= rest;
    });
  }
  return Object.fromEntries(Object.keys(UPDATES).map((name) => [name, found[name] ?? UNSEEN[name] ?? {}]));
}

function visit(value: unknown, onTask: (info: TaskInfo) => void): void {
  if (typeof value !== "object" || value === null) {
    return;
  }
  if ("task_infos" in value) {
    for (const info of value.task_infos as TaskInfo[]) {
      onTask(info);
    }
  }
  for (const member of Object.values(value)) {
    visit(member, onTask);
  }
}

function updates(): Record<string, UpdateFact[]> {
  return Object.fromEntries(
    Object.entries(UPDATES).map(([task, file]) => {
      const statuses = read<{ updates: { status: TaskStatus }[] }>("scheduler", `${file}.json`).updates.map(
        ({ status }) => status,
      );
      const own = statuses.filter(
        ({ source, uuid }, index) =>
          source !== "SOURCE_MASTER" && statuses.findIndex((other) => other.uuid === uuid) === index,
      );
      return [task, own.map(updateFact)];
    }),
  );
}

function pod(): PodFacts {
  const { accept } = read<Recording>("pods", "accept-launch-group.json").request.body as { accept: Accept };
  const [operation] = accept.operations;
  if (operation?.type !== "LAUNCH_GROUP") {
    throw new Error("pods/accept-launch-group.json does not launch a group");
  }
  const { executor, task_group } = operation.launch_group;
  const { scheduler } = read<{ scheduler: { event: Event }[] }>("pods", "events.json");
  const events = scheduler.map(({ event }) => event);
  const statuses = events.flatMap((event) => (event.type === "UPDATE" ? [event.update.status] : []));
  // The agent adds networks as soon as it knows them, for either task.
  const shapes = new Map<string, Shape>();
  for (const status of statuses) {
    const known = shapes.get(status.state);
    shapes.set(status.state, known === undefined ? shapeOf(status) : merged(known, shapeOf(status)));
  }
  const { framework_id, ...info } = executor;
  const factsOf = (task: string) => statuses.filter((status) => status.task_id.value === task).map(updateFact);
  const named = (task: string) =>
    factsOf(task).map((fact) => ({ ...fact, shape: shapes.get(fact.state) ?? fact.shape }));
  const ids = task_group.tasks.map(({ task_id: { value } }) => value);
  return {
    executor: info,
    tasks: Object.fromEntries(task_group.tasks.map(({ name, command }) => [name, { command }])),
    killed: ids[0] ?? "",
    updates: Object.fromEntries(ids.map((id) => [id, named(id)])),
    failure: shapeOf(events.find(({ type }) => type === "FAILURE")),
  };
}

function updateFact(status: TaskStatus): UpdateFact {
  const { state, source, reason, message, healthy, check_status } = status;
  return { state, source, reason, message, healthy, check_status, shape: shapeOf(status) };
}

const facts: Facts = { exchanges: exchanges(), tasks: tasks(), updates: updates(), pod: pod() };
writeFileSync(FACTS_FILE, `${JSON.stringify(facts)}\n`);
