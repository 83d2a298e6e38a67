import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

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

describe("command tasks", () => {
  test("a task that ends well, with its output in the sandbox", async () => {
    await started();
    master.run({
      id: "quick",
      command: {
        value: "echo $GREETING from $MESOS_EXECUTOR_ID",
        environment: { variables: [{ name: "GREETING", value: "hello" }] },
      },
    });
    const finished = await master.reached("quick", "TASK_FINISHED");
    expect(master.statesOf("quick")).toEqual(["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]);
    expect(finished).toMatchObject({
      message: "Command exited with status 0",
      source: "SOURCE_EXECUTOR",
      executor_id: { value: "quick" },
    });
    const path = "/frameworks/F-0000/executors/quick/runs/latest/stdout";
    expect(await agent.json(`/files/read?path=${path}&offset=0`)).toEqual({ data: "hello from quick\n", offset: 0 });
  });
});
