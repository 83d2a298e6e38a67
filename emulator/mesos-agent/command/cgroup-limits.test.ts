import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseResources } from "../resources/parse";
import { CgroupLimits } from "./cgroup-limits";

let hierarchy: string;

beforeEach(() => {
  hierarchy = mkdtempSync(join(tmpdir(), "mesos-agent-cgroups-"));
});
afterEach(() => rmSync(hierarchy, { recursive: true }));

/** Makes the files that the kernel would. */
function files(directory: string, ...names: string[]): (name: string) => string {
  mkdirSync(join(hierarchy, directory), { recursive: true });
  for (const name of names) {
    writeFileSync(join(hierarchy, directory, name), "");
  }
  return (name) => readFileSync(join(hierarchy, directory, name), "utf8");
}

const resources = parseResources("cpus:0.5;mem:64");

test("version 1: shares and memory, a quota only where asked for", () => {
  const cpu = files("cpu/mesos/c", "cpu.shares", "cpu.cfs_quota_us");
  const memory = files("memory/mesos/c", "memory.limit_in_bytes", "memory.oom_control");
  const limits = new CgroupLimits({ hierarchy, root: "mesos", enableCfs: false });
  expect(limits.create("c", resources, undefined)).toEqual([
    join(hierarchy, "cpu/mesos/c/cgroup.procs"),
    join(hierarchy, "memory/mesos/c/cgroup.procs"),
  ]);
  expect([cpu("cpu.shares"), cpu("cpu.cfs_quota_us"), memory("memory.limit_in_bytes")]).toEqual([
    "512",
    "",
    "67108864",
  ]);
  limits.create("c", resources, { cpus: { value: 1 }, mem: { value: 128 } });
  expect([cpu("cpu.cfs_quota_us"), memory("memory.limit_in_bytes")]).toEqual(["100000", "134217728"]);
  writeFileSync(join(hierarchy, "memory/mesos/c/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  expect(limits.hasRunOutOfMemory("c")).toBe(true);
});

test("version 2: weight, quota and memory in one cgroup", () => {
  writeFileSync(join(hierarchy, "cgroup.controllers"), "cpu memory");
  const cgroup = files("mesos/c", "cpu.weight", "cpu.max", "memory.max", "memory.events");
  const limits = new CgroupLimits({ hierarchy, root: "mesos", enableCfs: true });
  expect(limits.create("c", resources, undefined)).toEqual([join(hierarchy, "mesos/c/cgroup.procs")]);
  expect([cgroup("cpu.weight"), cgroup("cpu.max"), cgroup("memory.max")]).toEqual(["20", "50000 100000", "67108864"]);
  expect(limits.hasRunOutOfMemory("c")).toBe(false);
});

test("cgroups that cannot be written are refused, with what to do", () => {
  writeFileSync(join(hierarchy, "cpu"), "");
  expect(() => new CgroupLimits({ hierarchy, root: "mesos", enableCfs: false })).toThrow(
    "set MESOS_ISOLATION to posix/cpu,posix/mem",
  );
});
