import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "@drover/lib/mesos/types";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentProcess } from "./test/agent-process";
import { LoneAgent } from "./test/lone-agent";
import type { MasterStub } from "./test/master-stub";

let lone: LoneAgent;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  lone = await LoneAgent.start();
  ({ master, agent } = lone);
});
afterAll(() => lone.remove());

test("a drain cuts long graces, says why, and shows until the last update is acknowledged", async () => {
  const stubborn = { value: "trap '' TERM; while :; do sleep 0.1; done" };
  master.run({ id: "t", command: stubborn, kill_policy: { grace_period: { nanoseconds: 600e9 } } });
  await master.reached("t", "TASK_RUNNING");
  master.acknowledging = false;
  const config = { max_grace_period: { nanoseconds: 0.2e9 } };
  master.send({ type: "DRAIN", drain: { config } });
  const killing = await master.reached("t", "TASK_KILLING");
  expect(killing).toMatchObject({ reason: "REASON_AGENT_DRAINING", source: "SOURCE_EXECUTOR" });
  expect(await agent.json("/state")).toMatchObject({ drain_config: { ...config, mark_gone: false } });
  master.acknowledging = true;
  master.acknowledge(killing);
  expect(await master.reached("t", "TASK_KILLED")).toMatchObject({
    reason: "REASON_AGENT_DRAINING",
    message: "Command terminated with signal Killed",
  });
  await waitFor("the end of the drain", async () => !("drain_config" in (await agent.json("/state"))));
});

const VOLUME: Resource = {
  name: "disk",
  type: "SCALAR",
  scalar: { value: 64 },
  reservations: [{ type: "DYNAMIC", role: "web", principal: "p" }],
  disk: { persistence: { id: "v1", principal: "p" }, volume: { container_path: "data", mode: "RW" } },
};
const CPUS: Resource = { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } };

test("a volume keeps its data over tasks and a restart, and loses it when it is destroyed", async () => {
  const directory = join(agent.workDir, "volumes/roles/web/v1");
  const keep = (resources: Resource[]) =>
    master.send({ type: "CHECKPOINT_RESOURCES", checkpoint_resources: { resources } });
  keep([VOLUME]);
  master.run({ id: "writer", command: { value: "echo kept > data/file" }, resources: [CPUS, VOLUME] });
  await master.reached("writer", "TASK_FINISHED");
  expect(readFileSync(join(directory, "file"), "utf8")).toBe("kept\n");
  const sandbox = "/frameworks/F-0000/executors/writer/runs/latest";
  expect(await agent.get(`/files/browse?path=${sandbox}/data`)).toEqual({
    status: 400,
    body: `'${sandbox}/data' is inaccessible.\n`,
  });

  await agent.end("SIGKILL");
  agent.start();
  expect((await master.registered(2)).checkpointed_resources).toEqual([VOLUME]);
  expect(await agent.json("/state")).toMatchObject({
    reserved_resources: { web: { disk: 64 } },
    unreserved_resources: { disk: 4032 },
    reserved_resources_full: { web: [{ ...VOLUME, role: "web", reservation: { principal: "p" } }] },
  });
  master.run({ id: "reader", command: { value: "grep -q kept data/file" }, resources: [CPUS, VOLUME] });
  await master.reached("reader", "TASK_FINISHED");

  keep([]);
  await waitFor("the volume to be gone", () => !existsSync(directory));
  expect(await agent.json("/state")).toMatchObject({ reserved_resources: {}, unreserved_resources: { disk: 4096 } });
});
