import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { NESTED } from "./checkpoint/paths";
import type { Run } from "./container";
import type { Fetcher } from "./fetcher/fetcher";
import { DroppedTaskError, LaunchError } from "./launch-error";
import { findUser, type SystemUser } from "./users";
import type { MountedVolume } from "./volumes/persistent-volumes";

/** What goes into a sandbox besides the run's own. */
export interface SandboxParts {
  /** Who owns it; undefined: the agent's user. */
  userName?: string;
  volumes: readonly MountedVolume[];
  fetcher: Fetcher;
}

/**
 * Makes the sandbox of a run, with links to its persistent volumes, and fetches the task's URIs into it.
 * @throws DroppedTaskError when there is no such user, LaunchError when a volume is not there or a URI cannot be fetched
 */
export async function prepareSandbox(run: Run, parts: SandboxParts, signal: AbortSignal): Promise<void> {
  const { sandbox, task, containerId, pod } = run;
  const user = createSandbox(sandbox, parts.userName);
  if (pod === undefined) {
    linkLatest(sandbox);
  } else {
    linkTask(pod.sandbox, task.task_id.value, containerId);
  }
  linkVolumes(sandbox, parts.volumes, user);
  try {
    await parts.fetcher.fetch(task.command?.uris ?? [], sandbox, parts.userName, user, signal);
  } catch (error) {
    throw new LaunchError(`Failed to fetch all URIs for container '${containerId}': ${(error as Error).message}`);
  }
}

/** Makes the sandbox of a default executor. */
export function prepareExecutorSandbox(sandbox: string): void {
  createSandbox(sandbox, undefined);
  linkLatest(sandbox);
  mkdirSync(join(sandbox, NESTED), { recursive: true });
  mkdirSync(join(sandbox, "tasks"), { recursive: true });
}

/** Lets the age of a sandbox count from now. */
export function touchSandbox(sandbox: string): void {
  if (existsSync(sandbox)) {
    const now = new Date();
    utimesSync(sandbox, now, now);
  }
}

/** Makes a link, in place of one that is there. */
export function relink(target: string, link: string): void {
  rmSync(`${link}.tmp`, { force: true });
  symlinkSync(target, `${link}.tmp`);
  renameSync(`${link}.tmp`, link);
}

/** A sandbox has `stdout` and `stderr` from the start. */
function createSandbox(sandbox: string, userName: string | undefined): SystemUser | undefined {
  const user = userName === undefined ? undefined : findUser(userName);
  if (userName !== undefined && user === undefined) {
    throw new DroppedTaskError(
      "REASON_EXECUTOR_TERMINATED",
      `Failed to create executor directory '${sandbox}': Failed to chown directory to '${userName}': ` +
        `No such user '${userName}'`,
    );
  }
  mkdirSync(sandbox, { recursive: true });
  const files = ["stdout", "stderr"].map((name) => join(sandbox, name));
  for (const file of files) {
    closeSync(openSync(file, "a"));
  }
  if (user !== undefined && user.uid !== process.getuid?.()) {
    for (const path of [sandbox, ...files]) {
      chownSync(path, user.uid, user.gid);
    }
  }
  return user;
}

/** `latest` beside a sandbox points there. */
function linkLatest(sandbox: string): void {
  relink(basename(sandbox), join(dirname(sandbox), "latest"));
}

/** Tasks of a group are found by their ids in the executor's sandbox; others of the machine have no business there. */
function linkTask(executorSandbox: string, taskId: string, containerId: string): void {
  const sandbox = join(executorSandbox, NESTED, containerId);
  chmodSync(sandbox, 0o750);
  relink(sandbox, join(executorSandbox, "tasks", taskId));
}

function linkVolumes(sandbox: string, volumes: readonly MountedVolume[], user: SystemUser | undefined): void {
  for (const { directory, containerPath } of volumes) {
    if (!existsSync(directory)) {
      throw new LaunchError(`the persistent volume ${directory} has gone`);
    }
    if (user !== undefined) {
      chownSync(directory, user.uid, user.gid);
    }
    const link = join(sandbox, containerPath);
    mkdirSync(dirname(link), { recursive: true });
    relink(directory, link);
  }
}
