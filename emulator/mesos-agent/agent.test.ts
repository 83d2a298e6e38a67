import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { RUN_FILES, WorkPaths } from "./checkpoint/paths";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";
import type { UpdateLogEntry } from "./updates/update-stream";

let bundle: string;
let scratch: string;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-bundle-"));
  bundle = await bundleAgent(scratch);
});
afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(async () => {
  master = await MasterStub.start();
  agent = await AgentProcess.create(bundle, { MESOS_MASTER: master.address, MESOS_CONTAINERIZERS: "mesos" });
});
afterEach(async () => {
  await agent.remove();
  await master.stop();
});

async function started(): Promise<void> {
  agent.start();
  await master.registered();
}

/** What the agent's state says of a framework. */
interface Framework {
  executors: { id: string; directory: string }[];
}

/** Where the agent keeps a task's updates and their acknowledgements. */
function updateLog(taskId: string): string {
  const paths = new WorkPaths(agent.workDir);
  const runs = join(paths.frameworkMeta("S0", "F-0000"), "executors", taskId, "runs");
  const [run = ""] = readdirSync(runs).filter((name) => name !== "latest");
  return join(runs, run, RUN_FILES.updates);
}

function updatesOf(taskId: string): UpdateLogEntry[] {
  return readFileSync(updateLog(taskId), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as UpdateLogEntry);
}

/** A task that runs until it is told otherwise. */
const SLEEP = { value: "exec sleep 1000" };

test("the registration says who the agent is", async () => {
  agent.start({ MESOS_ATTRIBUTES: "rack:r1" });
  const { agent_info, pid, tasks } = await master.registered();
  expect(agent_info).toMatchObject({
    hostname: "agent.example",
    port: agent.port,
    attributes: [{ name: "rack", type: "TEXT", text: { value: "r1" } }],
  });
  expect(agent_info.id).toBeUndefined();
  expect(pid).toBe(`slave(1)@127.0.0.1:${agent.port}`);
  expect(tasks).toEqual([]);
});

test("a command ends well, with its output in the sandbox", async () => {
  await started();
  const environment = { variables: [{ name: "GREETING", value: "hello" }] };
  master.run({ id: "quick", command: { value: "echo $GREETING from $MESOS_EXECUTOR_ID", environment } });
  const finished = await master.reached("quick", "TASK_FINISHED");
  expect(master.statesOf("quick")).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]);
  expect(finished).toMatchObject({
    message: "Command exited with status 0",
    source: "SOURCE_EXECUTOR",
    executor_id: { value: "quick" },
    container_status: { network_infos: [{ ip_addresses: [{ protocol: "IPv4", ip_address: "127.0.0.1" }] }] },
  });
  const path = "/frameworks/F-0000/executors/quick/runs/latest/stdout";
  expect(await agent.json(`/files/read?path=${path}&offset=0`)).toEqual({ data: "hello from quick\n", offset: 0 });
});

test("RUNNING is held back until STARTING is acknowledged", async () => {
  master.acknowledging = false;
  await started();
  master.run({ id: "held", command: { value: "true" } });
  const starting = await master.reached("held", "TASK_STARTING");
  await waitFor("the task's end", async () => {
    const { body } = await agent.get("/metrics/snapshot");
    return JSON.parse(body)["slave/tasks_finished"] === 1;
  });
  expect(master.statesOf("held")).toEqual(["TASK_STARTING"]);
  master.acknowledging = true;
  master.acknowledge(starting);
  await master.reached("held", "TASK_FINISHED");
});

test("a kill is announced, and a task that ignores SIGTERM is killed after its grace", async () => {
  await started();
  master.run({ id: "gentle", command: SLEEP });
  master.run({ id: "stubborn", command: { value: "trap '' TERM; while :; do sleep 1; done" } });
  await master.reached("gentle", "TASK_RUNNING");
  await master.reached("stubborn", "TASK_RUNNING");
  master.kill("gentle");
  master.kill("stubborn", 0.5);
  const gentle = await master.reached("gentle", "TASK_KILLED");
  const stubborn = await master.reached("stubborn", "TASK_KILLED");
  expect(gentle.message).toBe("Command terminated with signal Terminated");
  expect(stubborn.message).toBe("Command terminated with signal Killed");
  const [killing, killed] = master.statusesOf("stubborn").slice(-2);
  expect(killing?.state).toBe("TASK_KILLING");
  expect((killed?.timestamp ?? 0) - (killing?.timestamp ?? 0)).toBeGreaterThan(0.45);
});

test("a failing health check kills: one update a failure, then KILLED with healthy false", async () => {
  await started();
  const check = { type: "COMMAND" as const, delay_seconds: 0, interval_seconds: 0.1, grace_period_seconds: 0 };
  const command = { value: "test -e marker" };
  master.run({ id: "sick", command: SLEEP, health_check: { ...check, command, consecutive_failures: 2 } });
  const month = { nanoseconds: 30 * 86_400e9 }; // more than a timer holds
  const wellCheck = { ...check, command: { value: "true" } };
  master.run({ id: "well", command: SLEEP, health_check: wellCheck, max_completion_time: month });
  const killed = await master.reached("sick", "TASK_KILLED");
  expect(killed.healthy).toBe(false);
  const seen = master.statusesOf("sick").map(({ state, healthy, reason }) => [state, healthy, reason]);
  expect(seen.slice(1, -1)).toEqual([
    ["TASK_RUNNING", undefined, undefined],
    ["TASK_RUNNING", false, "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"],
    ["TASK_RUNNING", false, "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"],
    ["TASK_KILLING", undefined, undefined],
  ]);
  expect(master.statusesOf("well").at(-1)).toMatchObject({ state: "TASK_RUNNING", healthy: true });
});

test("a general check only reports", async () => {
  await started();
  const check = { type: "COMMAND" as const, command: { command: { value: "exit 7" } }, delay_seconds: 0 };
  master.run({ id: "checked", command: SLEEP, check });
  const updated = await waitFor("the check's result", () =>
    master.statusesOf("checked").find(({ reason }) => reason === "REASON_TASK_CHECK_STATUS_UPDATED"),
  );
  expect(master.statusesOf("checked")[0]?.check_status).toEqual({ type: "COMMAND", command: {} });
  expect(updated.check_status).toEqual({ type: "COMMAND", command: { exit_code: 7 } });
});

test("max_completion_time fails the task without KILLING", async () => {
  await started();
  master.run({ id: "late", command: SLEEP, max_completion_time: { nanoseconds: 2e8 } });
  const failed = await master.reached("late", "TASK_FAILED");
  expect(failed.reason).toBe("REASON_MAX_COMPLETION_TIME_REACHED");
  expect(master.statesOf("late")).not.toContain("TASK_KILLING");
});

test("what this agent cannot run is refused with the reason", async () => {
  await started();
  master.run({ id: "docker", container: { type: "DOCKER", docker: { image: "i" } }, command: SLEEP });
  master.run({ id: "ucr", container: { type: "MESOS", mesos: { image: { type: "DOCKER" } } }, command: SLEEP });
  master.run({ id: "executor", executor: { executor_id: { value: "e" } } });
  master.run({ id: "limits", command: SLEEP, limits: { cpus: { value: 1 } } });
  master.run({ id: "user", command: { ...SLEEP, user: "no-such-user" } });
  master.run({ id: "uri", command: { ...SLEEP, uris: [{ value: "hdfs://h/x" }] } });
  for (const id of ["docker", "ucr"]) {
    expect(await master.reached(id, "TASK_FAILED")).toMatchObject({
      source: "SOURCE_AGENT",
      reason: "REASON_CONTAINER_LAUNCH_FAILED",
      message: expect.stringContaining("None of the enabled containerizers (mesos)"),
    });
  }
  expect((await master.reached("executor", "TASK_ERROR")).reason).toBe("REASON_TASK_INVALID");
  expect((await master.reached("limits", "TASK_DROPPED")).reason).toBe("REASON_GC_ERROR");
  expect((await master.reached("user", "TASK_DROPPED")).message).toContain("No such user 'no-such-user'");
  expect((await master.reached("uri", "TASK_FAILED")).message).toMatch(/^Failed to launch container: Failed to fetch/);
});

test("URIs are fetched, extracted, renamed and made executable", async () => {
  await started();
  writeFileSync(join(scratch, "run.sh"), "#!/bin/sh\ncat data/inner.txt\n");
  writeFileSync(join(scratch, "inner.txt"), "packed\n");
  const command = {
    value: "mkdir data && tar -C data -xf kept.tar && ./start.sh && cat inner.txt",
    uris: [
      { value: join(scratch, "run.sh"), executable: true, output_file: "start.sh" },
      { value: `file://${scratch}/a.tar`, extract: false, output_file: "kept.tar" },
      { value: join(scratch, "a.tar") },
    ],
  };
  execFileSync("tar", ["-C", scratch, "-cf", join(scratch, "a.tar"), "inner.txt"]);
  master.run({ id: "fetch", command });
  await master.reached("fetch", "TASK_FINISHED");
  const path = "/frameworks/F-0000/executors/fetch/runs/latest/stdout";
  expect(await agent.json(`/files/read?path=${path}&offset=0`)).toMatchObject({ data: "packed\npacked\n" });
});

test("tasks survive SIGKILL of the agent: one runs on, one that ended meanwhile has failed", async () => {
  await started();
  master.run({ id: "keeper", command: { value: "while [ ! -e stop ]; do sleep 0.05; done; exit 3" } });
  master.run({ id: "goner", command: SLEEP });
  await master.reached("keeper", "TASK_RUNNING");
  const { container_status } = await master.reached("goner", "TASK_RUNNING");
  await agent.end("SIGKILL");
  process.kill(-(container_status?.executor_pid ?? 0), "SIGKILL");
  agent.start();
  const { agent_info, tasks, frameworks } = await master.registered(2);
  expect(agent_info.id).toEqual({ value: "S0" });
  expect(frameworks).toMatchObject([{ id: { value: "F-0000" }, name: "test" }]);
  expect(tasks.map(({ task_id, state }) => [task_id.value, state]).sort()).toEqual([
    ["goner", "TASK_FAILED"],
    ["keeper", "TASK_RUNNING"],
  ]);
  expect(await master.reached("goner", "TASK_FAILED")).toMatchObject({
    source: "SOURCE_AGENT",
    reason: "REASON_EXECUTOR_TERMINATED",
    message: "Executor terminated",
  });
  const state = await agent.json<{ frameworks: Framework[] }>("/state");
  const executors = state.frameworks[0]?.executors ?? [];
  writeFileSync(join(executors.find(({ id }) => id === "keeper")?.directory ?? "", "stop"), "");
  expect((await master.reached("keeper", "TASK_FAILED")).message).toBe("Command exited with status 3");
});

test("a task that is done with, but not filed away when the agent dies, takes no other along", async () => {
  await started();
  master.run({ id: "a-done", command: { value: "while [ ! -e stop ]; do sleep 0.05; done" } });
  master.run({ id: "b-running", command: SLEEP });
  await master.reached("a-done", "TASK_RUNNING");
  await master.reached("b-running", "TASK_RUNNING");
  await waitFor(
    "the acknowledgements",
    async () => updatesOf("a-done").filter(({ type }) => type === "ACK").length === 2,
  );
  master.acknowledging = false;
  const { executors } = (await agent.json<{ frameworks: Framework[] }>("/state")).frameworks[0] ?? { executors: [] };
  writeFileSync(join(executors.find(({ id }) => id === "a-done")?.directory ?? "", "stop"), "");
  const { uuid } = await master.reached("a-done", "TASK_FINISHED");
  await agent.end("SIGKILL");
  // It had just written the last acknowledgement down.
  appendFileSync(updateLog("a-done"), `${JSON.stringify({ type: "ACK", uuid })}\n`);
  master.acknowledging = true;
  agent.start();
  const { tasks } = await master.registered(2);
  expect(tasks.map(({ task_id }) => task_id.value)).toEqual(["b-running"]);
  master.kill("b-running");
  await master.reached("b-running", "TASK_KILLED");
});

test("a framework without checkpoint loses its tasks with the agent", async () => {
  await master.stop();
  master = await MasterStub.start({ checkpoint: false });
  agent.start({ MESOS_MASTER: master.address });
  await master.registered();
  master.run({ id: "t", command: SLEEP });
  const { container_status } = await master.reached("t", "TASK_RUNNING");
  await agent.end("SIGKILL");
  agent.start({ MESOS_MASTER: master.address });
  expect((await master.registered(2)).tasks).toEqual([]);
  await waitFor("the process's end", () => !processExists(container_status?.executor_pid ?? 0));
});

test("a new leader gets tasks and unacknowledged updates again", async () => {
  master.acknowledging = false;
  await started();
  master.run({ id: "t", command: SLEEP });
  const first = await master.reached("t", "TASK_STARTING");
  master.acknowledging = true;
  master.dropAgent();
  const { tasks } = await master.registered(2);
  expect(tasks[0]).toMatchObject({ state: "TASK_RUNNING", status_update_state: "TASK_STARTING" });
  await master.reached("t", "TASK_RUNNING");
  expect(master.updates.filter(({ uuid }) => uuid === first.uuid)).toHaveLength(2);
});

test("SHUTDOWN_FRAMEWORK kills in silence", async () => {
  await started();
  master.run({ id: "t", command: SLEEP });
  const { container_status } = await master.reached("t", "TASK_RUNNING");
  master.send({ type: "SHUTDOWN_FRAMEWORK", shutdown_framework: { framework_id: { value: "F-0000" } } });
  await waitFor("the process's end", () => !processExists(container_status?.executor_pid ?? 0));
  await waitFor("the framework to be completed", async () => {
    const state = await agent.json<{ frameworks: unknown[]; completed_frameworks: unknown[] }>("/state");
    return state.frameworks.length === 0 && state.completed_frameworks.length === 1;
  });
  expect(master.statesOf("t")).toEqual(["TASK_STARTING", "TASK_RUNNING"]);
});

test("other resources under the old id: refused by 'equal', more of them taken by 'additive'", async () => {
  await started();
  await agent.end("SIGTERM");
  agent.start({ MESOS_RESOURCES: "cpus:8;mem:2048;disk:4096;ports:[31000-32000]" });
  expect(await agent.ended()).toBe(1);
  expect(agent.output).toContain("resource cpus(*) changed from 4 to 8");
  expect(agent.output).toContain(`rm -f ${agent.workDir}/meta/slaves/latest`);
  agent.start({
    MESOS_RESOURCES: "cpus:8;mem:2048;disk:4096;ports:[31000-32000]",
    MESOS_RECONFIGURATION_POLICY: "additive",
  });
  expect((await master.registered(2)).agent_info.id).toEqual({ value: "S0" });
});

test("SIGUSR1 unregisters, SHUTDOWN by the master kills; both end the agent and its tasks", async () => {
  await started();
  master.run({ id: "a", command: SLEEP });
  const first = await master.reached("a", "TASK_RUNNING");
  await agent.end("SIGUSR1");
  expect(master.messages.at(-1)?.type).toBe("UNREGISTER");
  expect(processExists(first.container_status?.executor_pid ?? 0)).toBe(false);
  agent.start();
  expect((await master.registered(2)).tasks).toEqual([]);
  master.send({ type: "SHUTDOWN", shutdown: { message: "marked gone" } });
  expect(await agent.ended()).toBe(1);
  expect(agent.output).toContain("marked gone");
});

test("pings are answered", async () => {
  await started();
  master.send({ type: "PING" });
  await waitFor("the pong", () => master.messages.some(({ type }) => type === "PONG"));
});

test("a master that is silent for as long as it said itself is looked for again", async () => {
  master.totalPingTimeoutSeconds = 0.5;
  await started();
  await master.registered(2);
  expect(agent.output).toContain("nothing arrived for 500 ms");
});

test("an unknown flag is named with the nearest one", async () => {
  agent.start({ MESOS_CONTAINERISERS: "docker" });
  expect(await agent.ended()).toBe(1);
  expect(agent.output).toContain("MESOS_CONTAINERISERS");
  expect(agent.output).toContain("MESOS_CONTAINERIZERS");
});

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
