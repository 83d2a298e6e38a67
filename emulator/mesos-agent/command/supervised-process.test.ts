import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitFor } from "@drover/lib/test/wait";
import { afterEach, beforeEach, expect, test } from "vitest";
import { usageOfGroup } from "../process-table";
import { signalOfStatus } from "./signals";
import { SupervisedProcess } from "./supervised-process";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "mesos-agent-process-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

async function start(script: string): Promise<SupervisedProcess> {
  const supervised = await SupervisedProcess.start({
    argv: ["/bin/sh", "-c", script],
    env: { PATH: process.env.PATH ?? "" },
    sandbox: directory,
    metaDirectory: directory,
    cgroups: [],
  });
  supervised.go();
  return supervised;
}

const output = () => readFileSync(join(directory, "stdout"), "utf8");

test("the exit status and the output are kept", async () => {
  const task = await start("echo hello; exit 3");
  expect(await task.ended).toBe(3);
  expect(output()).toBe("hello\n");
});

test("SIGTERM reaches the task and gives a signal's status", async () => {
  const task = await start("echo up; sleep 100");
  await waitFor("the task's output", () => output() === "up\n");
  task.signal("SIGTERM");
  expect(signalOfStatus((await task.ended) ?? 0)).toBe("Terminated");
});

test("a task that ignores SIGTERM is killed with its supervisor, children too", async () => {
  const task = await start("trap '' TERM; sleep 100 & echo up; while :; do sleep 1; done");
  await waitFor("the task's output", () => output() === "up\n");
  task.signal("SIGTERM");
  task.signal("SIGKILL");
  expect(await task.ended).toBe(137);
  await waitFor("an empty group", () => usageOfGroup(task.id.pid).memRssBytes === 0);
});

test("another agent takes the process up and learns how it ends", async () => {
  await start("while [ ! -e stop ]; do sleep 0.05; done; exit 5");
  const taken = SupervisedProcess.recover(directory);
  expect(taken).toBeDefined();
  writeFileSync(join(directory, "stop"), "");
  expect(await taken?.ended).toBe(5);
  expect(SupervisedProcess.recover(directory)).toBeUndefined();
});
