import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AgentProcess, bundleAgent } from "./test/agent-process";
import { MasterStub } from "./test/master-stub";

const ROOT = `drover-test-${process.pid}`;

let scratch: string;
let master: MasterStub;
let agent: AgentProcess;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "mesos-agent-isolation-"));
  master = await MasterStub.start();
  agent = await AgentProcess.create(await bundleAgent(scratch), {
    MESOS_MASTER: master.address,
    MESOS_CONTAINERIZERS: "mesos",
    MESOS_ISOLATION: "cgroups/cpu,cgroups/mem",
    MESOS_CGROUPS_ROOT: ROOT,
  });
  agent.start();
  await master.registered();
});
afterAll(async () => {
  await agent.remove();
  await master.stop();
  rmSync(scratch, { recursive: true });
  execFileSync("find", ["/sys/fs/cgroup", "-depth", "-type", "d", "-path", `*/${ROOT}*`, "-delete"]);
});

test("a task runs in cgroups of its own, which go with it", async () => {
  master.run({ id: "t", command: { value: `grep -c /${ROOT}/ /proc/self/cgroup; exec sleep 1000` } });
  const { container_status } = await master.reached("t", "TASK_RUNNING");
  const id = container_status?.container_id?.value ?? "";
  const path = "/frameworks/F-0000/executors/t/runs/latest/stdout";
  await waitFor("the output", async () =>
    /^[12]\n$/.test((await agent.json<{ data: string }>(`/files/read?path=${path}&offset=0`)).data),
  );
  master.kill("t");
  await master.reached("t", "TASK_KILLED");
  const find = () => execFileSync("find", ["/sys/fs/cgroup", "-name", id], { encoding: "utf8" });
  await waitFor("the cgroups to be gone", () => find() === "");
});

test("a task that takes more memory than it asked for is ended, and its framework is told why", async () => {
  master.run({ id: "greedy", command: { value: "exec tail /dev/zero" } });
  const failed = await master.reached("greedy", "TASK_FAILED", 30_000);
  expect(failed).toMatchObject({ reason: "REASON_CONTAINER_LIMITATION_MEMORY" });
  expect(failed.message).toContain("Memory limit exceeded: Requested: 64MB");
});
