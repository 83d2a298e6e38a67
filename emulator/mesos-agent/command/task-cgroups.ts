import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readText } from "../checkpoint/files";

const INIT = 1;
/** The machine's own view, also from inside a container that shares its process ids. */
const CGROUP_ROOT = "/proc/1/root/sys/fs/cgroup";

/**
 * The cgroups that tasks run in: those of the machine's init process, one `cgroup.procs` file a hierarchy. In the
 * agent's own cgroups its container's limits would hold for the tasks, and Docker would kill them with it.
 * @returns none when the machine's cgroups cannot be seen
 */
export function findTaskCgroups(): string[] {
  const lines = (readText(`/proc/${INIT}/cgroup`) ?? "").trim().split("\n");
  return lines.flatMap(procsFiles).filter(holdsInit);
}

/** Moves a process into these cgroups. @throws Error when the kernel refuses */
export function enterCgroups(pid: number, procsFiles: readonly string[]): void {
  for (const file of procsFiles) {
    writeFileSync(file, String(pid));
  }
}

/**
 * Where a line of /proc/<pid>/cgroup may be mounted: `4:memory:/docker/x`, `9:name=systemd:/init.scope`, and for
 * cgroup v2 `0::/init.scope`, which is at the root or, beside version 1, in `unified`.
 */
function procsFiles(line: string): string[] {
  const [, controllers = "", ...path] = line.split(":");
  // A private cgroup namespace shows paths outside of it as relative; holdsInit tells whether this is the right one.
  const fromRoot = path.join(":").replace(/^(\/\.\.)+/, "");
  const mounts = controllers === "" ? ["", "unified"] : [controllers.replace("name=", "")];
  return mounts.map((mount) => join(CGROUP_ROOT, mount, fromRoot, "cgroup.procs"));
}

function holdsInit(file: string): boolean {
  try {
    return readFileSync(file, "utf8").split("\n").includes(String(INIT));
  } catch {
    return false; // not mounted, or not for us to see
  }
}
