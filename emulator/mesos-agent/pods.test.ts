import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

const SANDBOX = "/frameworks/F-0000/executors/pod/runs/latest";

let bundle: string;
let scratch: string;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-pods-"));
  bundle = await bundleAgent(scratch);
});
afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(async () => {
  master = await MasterStub.start();
  agent = await AgentProcess.create(bundle, { MESOS_MASTER: master.address, MESOS_CONTAINERIZERS: "mesos" });
  agent.start();
  await master.registered();
});
afterEach(async () => {
  master.send({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: { value: "F-0000" } } });
  await waitFor("no task", async () => (await agent.json<{ frameworks: unknown[] }>("/state")).frameworks.length === 0);
  await agent.remove();
  await master.stop();
});

const ended = () => master.messages.filter(({ type }) => type === "EXITED_EXECUTOR");

test("two tasks share an executor; one is killed, the other goes with it, then the executor has ended", async () => {
  master.runGroup({ a: "echo in a; exec sleep 1000", b: "exec sleep 1000" });
  const a = await master.reached("a", "TASK_RUNNING");
  const b = await master.reached("b", "TASK_RUNNING");
  const parent = a.container_status?.container_id?.parent;
  expect(parent).toBeDefined();
  expect(b.container_status?.container_id?.parent).toEqual(parent);
  expect(a).toMatchObject({ executor_id: { value: "pod" }, source: "SOURCE_EXECUTOR" });

  const [executor] =
    (await agent.json<{ frameworks: { executors: object[] }[] }>("/state")).frameworks[0]?.executors ?? [];
  expect(executor).toMatchObject({
    id: "pod",
    name: "",
    source: "",
    type: "DEFAULT",
    container: parent?.value,
    resources: { cpus: 0.3, mem: 96 },
    tasks: [{ id: "a", executor_id: "pod" }, { id: "b" }],
  });
  await waitFor("the output of a", async () =>
    (await agent.get(`/files/read?path=${SANDBOX}/tasks/a/stdout&offset=0`)).body.includes("in a"),
  );
  const call = { type: "GET_CONTAINERS", get_containers: { show_nested: true } };
  expect(JSON.parse((await agent.call(call)).body).get_containers.containers).toMatchObject([
    { executor_id: { value: "pod" }, container_id: parent },
    { container_status: { container_id: { parent } } },
    { container_status: { container_id: { parent } } },
  ]);

  master.kill("a");
  const killed = await master.reached("b", "TASK_KILLED");
  expect(killed.container_status).toEqual({ container_id: b.container_status?.container_id });
  expect(master.statesOf("a")).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"]);
  await waitFor("the executor's end", () => ended().length === 1);
  expect(ended()[0]).toMatchObject({ exited_executor: { executor_id: { value: "pod" }, status: 0 } });
});

test("a task that finishes leaves its group alone, one that fails does not", async () => {
  master.runGroup({
    done: "true",
    failing: "while [ ! -e stop ]; do sleep 0.1; done; exit 3",
    rest: "exec sleep 1000",
  });
  await master.reached("done", "TASK_FINISHED");
  await master.reached("failing", "TASK_RUNNING");
  await master.reached("rest", "TASK_RUNNING");
  expect(ended()).toEqual([]);
  master.kill("failing", 0);
  await master.reached("rest", "TASK_KILLED");
  await waitFor("the executor's end", () => ended().length === 1);
});

test("a killed agent takes the group up again, with its rule", async () => {
  master.runGroup({ a: "exec sleep 1000", b: "exec sleep 1000" });
  await master.reached("a", "TASK_RUNNING");
  await master.reached("b", "TASK_RUNNING");
  await agent.end("SIGKILL");
  agent.start();
  const { executors, tasks } = await master.registered(2);
  expect(executors).toMatchObject([{ executor_id: { value: "pod" }, framework_id: { value: "F-0000" } }]);
  expect(tasks).toMatchObject([
    { state: "TASK_RUNNING", executor_id: { value: "pod" } },
    { state: "TASK_RUNNING", executor_id: { value: "pod" } },
  ]);
  master.kill("a");
  await master.reached("b", "TASK_KILLED");
  await waitFor("the executor's end", () => ended().length === 1);
});

test("a group is on the agent's network; another one, which this agent cannot know, is refused in upstream's words", async () => {
  const on = (name?: string) => ({ container: { type: "MESOS" as const, network_infos: [name ? { name } : {}] } });
  master.runGroup({ a: "exec sleep 1000" }, {}, on());
  await master.reached("a", "TASK_RUNNING");
  master.runGroup({ b: "exec sleep 1000" }, {}, { ...on("dcos"), executor_id: { value: "other" } });
  expect(await master.reached("b", "TASK_FAILED")).toMatchObject({
    reason: "REASON_CONTAINER_LAUNCH_FAILED",
    message: "Failed to launch container: Unknown CNI network 'dcos'",
  });
});

test("SHUTDOWN of the executor ends its tasks", async () => {
  master.runGroup({ a: "exec sleep 1000" });
  await master.reached("a", "TASK_RUNNING");
  const ids = { framework_id: { value: "F-0000" }, executor_id: { value: "pod" } };
  master.send({ type: "SHUTDOWN_EXECUTOR", shutdown_executor: ids });
  await master.reached("a", "TASK_KILLED");
});

test("the end of an executor that is lost on the way is told by a new registration", async () => {
  master.losing = "EXITED_EXECUTOR";
  master.runGroup({ a: "true" });
  await master.reached("a", "TASK_FINISHED");
  expect((await master.registered(2)).executors).toEqual([]);
});
