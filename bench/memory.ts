import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../tools/system/exec";

const cgroups = "/sys/fs/cgroup";

/** The control group of a container of this computer's engine: a folder that knows its memory. */
function memoryGroup(containerId: string, pid: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  // Version 1 has a hierarchy for memory alone, version 2 has one for all, whose line begins with "0::".
  const version1 = lines.find((line) => line.split(":")[1]?.split(",").includes("memory"));
  const line = version1 ?? lines.find((candidate) => candidate.startsWith("0::")) ?? "";
  // A machine's systemd moves itself into a group below the container's.
  const parts = line.split(":").slice(2).join(":").split("/");
  const own = parts.slice(0, parts.findIndex((part) => part.includes(containerId)) + 1);
  return join(cgroups, version1 ? "memory" : "", ...own);
}

/** The working set of a control group in bytes: its use without the page cache that can be dropped at once. */
function workingSet(group: string): number {
  const version1 = existsSync(join(group, "memory.usage_in_bytes"));
  const used = Number(readFileSync(join(group, version1 ? "memory.usage_in_bytes" : "memory.current"), "utf8"));
  const key = version1 ? "total_inactive_file" : "inactive_file";
  const inactive = new RegExp(`^${key} (\\d+)$`, "m").exec(readFileSync(join(group, "memory.stat"), "utf8"))?.[1];
  if (inactive === undefined) throw new Error(`${group}/memory.stat has no ${key}`);
  return used - Number(inactive);
}

/**
 * Memory of each machine of a local stack in MB, by host name, counted as `docker stats` does. It is read from the
 * control groups, since an engine in a sandbox may have no figures. What runs in a machine's own containers is below
 * the machine's group, and so part of its figure.
 */
export async function workingSetMb(stack: string): Promise<Record<string, number>> {
  const filters = ["--filter", `label=drover.stack=${stack}`];
  const ids = (await exec("docker", ["ps", "-q", ...filters], { limitMs: 10_000 })).trim().split("\n");
  const format = "{{.Config.Hostname}} {{.Id}} {{.State.Pid}}";
  const lines = (await exec("docker", ["inspect", "-f", format, ...ids], { limitMs: 10_000 })).trim().split("\n");
  const machines = lines
    .map((line) => line.split(" "))
    .filter(([hostname]) => hostname !== "front-door")
    .map(([hostname = "", id = "", pid = ""]): [string, number] => [hostname, workingSet(memoryGroup(id, pid)) / 1e6]);
  return Object.fromEntries(machines);
}

/** Memory of all machines of a local stack together in MB. */
export async function totalMb(stack: string): Promise<number> {
  return Object.values(await workingSetMb(stack)).reduce((sum, mb) => sum + mb, 0);
}
