import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeMessage, encodeMessage } from "@drover/emulator/protocol/protobuf";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

const SANDBOX = "/frameworks/F-0000/executors/t/runs/latest";

let scratch: string;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-http-"));
  const credentials = join(scratch, "credentials.json");
  writeFileSync(credentials, JSON.stringify({ credentials: [{ principal: "ops", secret: "s3cret" }] }));
  master = await MasterStub.start();
  agent = await AgentProcess.create(await bundleAgent(scratch), {
    MESOS_MASTER: master.address,
    MESOS_CONTAINERIZERS: "mesos",
    MESOS_ATTRIBUTES: "rack:r1;cores:8",
    MESOS_LOG_DIR: join(scratch, "log"),
    MESOS_AUTHENTICATE_HTTP_READWRITE: "true",
    MESOS_HTTP_CREDENTIALS: credentials,
  });
  agent.start();
  await master.registered();
  master.run({ id: "t", command: { value: "echo up; ln -s /etc etc; exec sleep 1000" } });
  await master.reached("t", "TASK_RUNNING");
  await waitFor("the task's output", async () =>
    (await agent.get(`/files/read?path=${SANDBOX}/stdout`)).body.includes("3"),
  );
});
afterAll(async () => {
  master.kill("t", 0);
  await master.reached("t", "TASK_KILLED");
  await agent.remove();
  await master.stop();
  rmSync(scratch, { recursive: true });
});

test("state shows agent, task and the executor's share as upstream does", async () => {
  const state = await agent.json("/slave(1)/state");
  expect(state).toMatchObject({
    id: "S0",
    pid: `slave(1)@127.0.0.1:${agent.port}`,
    hostname: "agent.example",
    resources: { cpus: 4, mem: 2048, disk: 4096, gpus: 0, ports: "[31000-32000]" },
    unreserved_resources_allocated: { cpus: 0.2, mem: 64, disk: 0, gpus: 0 },
    attributes: { rack: "r1", cores: 8 },
    flags: { containerizers: "mesos", gc_delay: "1weeks", docker_remove_delay: "6hrs" },
    frameworks: [
      {
        id: "F-0000",
        roles: ["web"],
        executors: [
          {
            id: "t",
            name: "Command Executor (Task: t) (Command: sh -c 'echo up; ln ...')",
            tasks: [{ id: "t", executor_id: "", state: "TASK_RUNNING", role: "web" }],
          },
        ],
      },
    ],
  });
});

test.each([
  ["/files/browse", 400, "Expecting 'path=value' in query.\n"],
  ["/files/browse?path=/etc", 404, ""],
  [`/files/browse?path=${SANDBOX}/etc`, 400, `'${SANDBOX}/etc' is inaccessible.\n`],
  [`/files/browse?path=${SANDBOX}/../../../../..`, 400, undefined],
  [`/files/browse?path=${SANDBOX}/stdout`, 200, "[]"],
  [`/files/read?path=${SANDBOX}&offset=0`, 400, "Cannot read a directory.\n"],
  [`/files/read?path=${SANDBOX}/stdout&offset=x`, 400, "Failed to parse offset: Failed to convert 'x' to number.\n"],
  [`/files/read?path=${SANDBOX}/stdout&offset=-1`, 200, '{"data":"","offset":3}'],
  [`/files/read?path=${SANDBOX}/stdout&offset=100000`, 200, '{"data":"","offset":100000}'],
  [`/files/read?path=${SANDBOX}/stdout&offset=1&length=1`, 200, '{"data":"p","offset":1}'],
  [`/files/download?path=${SANDBOX}/stdout`, 200, "up\n"],
  ["/state.json", 404, "404 Not Found."],
  ["/slave(1)/version", 404, "404 Not Found."],
  ["/slave(1)/health", 200, ""],
  ["/api/v1", 405, "405 Method Not Allowed. Expecting one of { 'POST' }, but received 'GET'."],
])("GET %s answers %i", async (path, status, body) => {
  const answer = await agent.get(path);
  expect(answer.status).toBe(status);
  if (body !== undefined) {
    expect(answer.body).toBe(body);
  }
});

test("browsing lists the sandbox in ls's terms, and the log is attached", async () => {
  const entries = await agent.json<Record<string, unknown>[]>(`/files/browse?path=${SANDBOX}`);
  expect(entries.find(({ path }) => path === `${SANDBOX}/stdout`)).toMatchObject({
    mode: "-rw-r--r--",
    nlink: 1,
    size: 3,
    uid: "root",
    gid: "root",
  });
  expect((await agent.json<{ data: string }>("/files/read?path=/slave/log&offset=0")).data).toContain("agent started");
});

const OPS = `Basic ${Buffer.from("ops:s3cret").toString("base64")}`;

test.each([
  [{ type: "GET_HEALTH" }, 200, { type: "GET_HEALTH", get_health: { healthy: true } }],
  [
    { type: "READ_FILE", read_file: { path: `${SANDBOX}/stdout`, offset: 0, length: 100 } },
    200,
    { type: "READ_FILE", read_file: { size: 3, data: "dXAK" } },
  ],
  [{ type: "GET_OPERATIONS" }, 200, { type: "GET_OPERATIONS", get_operations: {} }],
  [{ type: "GET_METRICS" }, 400, "Failed to validate agent::Call: Expecting 'get_metrics' to be present"],
  [{ type: "NOPE" }, 400, "Failed to validate agent::Call: Expecting 'type' to be present"],
  [{ type: "PRUNE_IMAGES" }, 400, "This agent has no image store: Docker keeps its images"],
])("call %j answers %i", async (call, status, expected) => {
  const answer = await agent.call(call, OPS);
  expect(answer.status).toBe(status);
  expect(typeof expected === "string" ? answer.body : JSON.parse(answer.body)).toEqual(expected);
});

test("the operator API speaks protobuf too, as asked for by Content-Type and Accept", async () => {
  const protobuf = "application/x-protobuf";
  const answer = await fetch(`${agent.url}/api/v1`, {
    method: "POST",
    headers: { "Content-Type": protobuf, Accept: protobuf, Authorization: OPS },
    body: Buffer.from(encodeMessage("AgentOperatorCall", { type: "GET_TASKS" })),
  });
  expect(answer.headers.get("content-type")).toBe(protobuf);
  const body = decodeMessage("AgentResponse", Buffer.from(await answer.arrayBuffer()));
  expect(body).toMatchObject({ get_tasks: { launched_tasks: [{ task_id: { value: "t" }, state: "TASK_RUNNING" }] } });
});

test("tasks, executors and containers of the operator API", async () => {
  const body = async (type: string) => JSON.parse((await agent.call({ type }, OPS)).body);
  expect((await body("GET_TASKS")).get_tasks.launched_tasks).toMatchObject([
    { task_id: { value: "t" }, state: "TASK_RUNNING", status_update_state: "TASK_RUNNING" },
  ]);
  expect((await body("GET_EXECUTORS")).get_executors.executors).toMatchObject([
    {
      executor_info: {
        executor_id: { value: "t" },
        resources: [{ name: "cpus", scalar: { value: 0.1 } }, { name: "mem" }],
      },
    },
  ]);
  const [container] = (await body("GET_CONTAINERS")).get_containers.containers;
  expect(container.resource_statistics.mem_rss_bytes).toBeGreaterThan(0);
});

test("who has to prove who he is and does not gets 401; health stays open", async () => {
  expect((await agent.call({ type: "GET_HEALTH" })).status).toBe(401);
  expect((await agent.call({ type: "GET_HEALTH" }, OPS.toLowerCase())).status).toBe(401);
  expect((await agent.get("/health")).status).toBe(200);
});
