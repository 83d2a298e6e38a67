import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isTerminal } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentProcess } from "./test/agent-process";
import { LoneAgent } from "./test/lone-agent";
import type { MasterStub } from "./test/master-stub";

const TASKS = Array.from({ length: 12 }, (_, index) => `t${index}`);

let lone: LoneAgent;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  lone = await LoneAgent.start();
  ({ master, agent } = lone);
});
afterAll(() => lone.remove());

test("an agent that is killed while tasks start, run and end loses none and starts none twice", async () => {
  const starts = join(lone.scratch, "starts");
  const ends = join(lone.scratch, "ends");
  for (const [index, id] of TASKS.entries()) {
    const value = `echo ${id} >> ${starts}; sleep ${(index % 4) * 0.4}; while [ ${index % 2} = 1 -a ! -e ${ends} ]; do sleep 0.1; done`;
    master.run({ id, command: { value } });
  }
  for (let kills = 1; kills <= 3; kills++) {
    await master.reached(`t${kills}`, "TASK_STARTING");
    await agent.end("SIGKILL");
    agent.start();
    await master.registered(kills + 1);
  }
  const known = new Set(master.registrations.at(-1)?.tasks.map(({ task_id }) => task_id.value));
  const begun = new Set([...known, ...master.updates.map(({ task_id }) => task_id.value)]);
  for (const id of TASKS.filter((each) => known.has(each))) {
    master.kill(id);
  }
  const endOf = (id: string) => master.statusesOf(id).filter(({ state }) => isTerminal(state));
  const open = () => [...begun].filter((id) => endOf(id).length === 0);
  await waitFor("the end of every task", () => open().length === 0, 20_000).catch((error: Error) => {
    const seen = open().map((id) => `${id}${known.has(id) ? " (known)" : ""}: ${master.statesOf(id)}`);
    throw new Error(`${error.message}: ${seen.join("; ")}. The agent said:\n${agent.output}`);
  });
  for (const id of begun) {
    expect(endOf(id), id).toHaveLength(1);
  }
  const started = readFileSync(starts, "utf8").trim().split("\n");
  expect(new Set(started).size).toBe(started.length);
  expect(started.filter((id) => !begun.has(id))).toEqual([]);
  await waitFor("no task to be left", async () => {
    const { frameworks } = await agent.json<{ frameworks: unknown[] }>("/state");
    return frameworks.length === 0;
  });
}, 60_000);
