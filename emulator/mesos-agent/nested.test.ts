import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentProcess } from "./test/agent-process";
import { LoneAgent } from "./test/lone-agent";
import type { MasterStub } from "./test/master-stub";

let lone: LoneAgent;
let master: MasterStub;
let agent: AgentProcess;
let parent: { value: string };

beforeAll(async () => {
  lone = await LoneAgent.start();
  ({ master, agent } = lone);
  master.run({ id: "t", command: { value: "exec sleep 1000" } });
  const { container_status } = await master.reached("t", "TASK_RUNNING");
  parent = { value: container_status?.container_id?.value ?? "" };
});
afterAll(async () => {
  master.kill("t", 0);
  await master.reached("t", "TASK_KILLED");
  await lone.remove();
});

function call(type: string, id: object, more: object = {}): Promise<{ status: number; body: string }> {
  return agent.call({ type, [type.toLowerCase()]: { container_id: id, ...more } });
}

test("a nested container runs, is waited for, killed and removed", async () => {
  const id = { value: "n1", parent };
  expect(
    (await call("LAUNCH_NESTED_CONTAINER", id, { command: { value: "echo in n1; exec sleep 1000" } })).status,
  ).toBe(200);
  expect((await call("LAUNCH_NESTED_CONTAINER", id, { command: { value: "true" } })).status).toBe(202);
  const path = "/frameworks/F-0000/executors/t/runs/latest/containers/n1/stdout";
  await waitFor("the output", async () =>
    (await agent.get(`/files/read?path=${path}&offset=0`)).body.includes("in n1"),
  );
  expect((await call("REMOVE_NESTED_CONTAINER", id)).status).toBe(409);
  const ended = call("WAIT_NESTED_CONTAINER", id);
  expect((await call("KILL_NESTED_CONTAINER", id, { signal: 15 })).status).toBe(200);
  expect(JSON.parse((await ended).body)).toEqual({
    type: "WAIT_NESTED_CONTAINER",
    wait_nested_container: { exit_status: 15 },
  });
  expect((await call("REMOVE_NESTED_CONTAINER", id)).status).toBe(200);
  expect(await call("WAIT_NESTED_CONTAINER", id)).toEqual({
    status: 404,
    body: `Container ${parent.value}.n1 cannot be found`,
  });
});

test("a session streams its output in records", async () => {
  const id = { value: "s1", parent };
  const body = { container_id: id, command: { value: "echo hi; sleep 0.3; echo err >&2" } };
  const answer = await fetch(`${agent.url}/api/v1`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/recordio",
      "Message-Accept": "application/json",
    },
    body: JSON.stringify({ type: "LAUNCH_NESTED_CONTAINER_SESSION", launch_nested_container_session: body }),
  });
  expect(answer.headers.get("content-type")).toBe("application/recordio");
  expect(answer.headers.get("message-content-type")).toBe("application/json");
  expect(await answer.text()).toBe(
    '54\n{"type":"DATA","data":{"type":"STDOUT","data":"aGkK"}}58\n{"type":"DATA","data":{"type":"STDERR","data":"ZXJyCg=="}}',
  );
});

test("a session whose container is removed before its client has read everything ends without harm", async () => {
  const id = { value: "s3", parent };
  const body = { container_id: id, command: { value: "head -c 16000000 /dev/zero" } };
  const answer = await fetch(`${agent.url}/api/v1`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ type: "LAUNCH_NESTED_CONTAINER_SESSION", launch_nested_container_session: body }),
  });
  expect((await call("WAIT_NESTED_CONTAINER", id)).status).toBe(200);
  expect((await call("REMOVE_NESTED_CONTAINER", id)).status).toBe(200);
  await answer.body?.cancel();
  expect((await call("REMOVE_NESTED_CONTAINER", id)).status).toBe(404);
});

test("the logging level is raised for a while", async () => {
  const set_logging_level = { level: 1, duration: { nanoseconds: 60e9 } };
  expect((await agent.call({ type: "SET_LOGGING_LEVEL", set_logging_level })).status).toBe(200);
  expect((await agent.call({ type: "GET_LOGGING_LEVEL" })).body).toContain('"level":1');
  master.send({ type: "PING" });
  master.send({ type: "UPDATE_FRAMEWORK", update_framework: { framework_info: master.framework } });
  await waitFor("a verbose line", () => agent.output.includes("from the master"));
});

test("a parent that is not there is refused in upstream's words", async () => {
  const answer = await call(
    "LAUNCH_NESTED_CONTAINER_SESSION",
    { value: "s2", parent: { value: "nope" } },
    { command: { value: "true" } },
  );
  expect(answer).toEqual({ status: 400, body: "Parent container nope does not exist" });
});
