import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { chown } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Run } from "./container";
import { fetchUris } from "./fetcher/fetcher";
import { DroppedTaskError, LaunchError } from "./launch-error";
import { findUser, type SystemUser } from "./users";

/**
 * Makes the sandbox of a run and fetches the task's URIs into it.
 * @param userName who owns it; undefined: the agent's user
 * @param stallMs how long a download may stand still
 * @throws DroppedTaskError when there is no such user, LaunchError when a URI cannot be fetched
 */
export async function prepareSandbox(
  { sandbox, task, containerId }: Run,
  userName: string | undefined,
  stallMs: number,
  signal: AbortSignal,
): Promise<void> {
  const user = await createSandbox(sandbox, userName);
  try {
    await fetchUris(task.command?.uris ?? [], sandbox, user, stallMs, signal);
  } catch (error) {
    throw new LaunchError(`Failed to fetch all URIs for container '${containerId}': ${(error as Error).message}`);
  }
}

/** Lets the age of a sandbox count from now. */
export function touchSandbox(sandbox: string): void {
  if (existsSync(sandbox)) {
    const now = new Date();
    utimesSync(sandbox, now, now);
  }
}

/** A sandbox has `stdout` and `stderr` from the start, and `latest` beside it points there. */
async function createSandbox(sandbox: string, userName: string | undefined): Promise<SystemUser | undefined> {
  const user = userName === undefined ? undefined : findUser(userName);
  if (userName !== undefined && user === undefined) {
    throw new DroppedTaskError(
      "REASON_EXECUTOR_TERMINATED",
      `Failed to create executor directory '${sandbox}': Failed to chown directory to '${userName}': ` +
        `No such user '${userName}'`,
    );
  }
  mkdirSync(sandbox, { recursive: true });
  const latest = join(dirname(sandbox), "latest");
  rmSync(`${latest}.tmp`, { force: true });
  symlinkSync(basename(sandbox), `${latest}.tmp`);
  renameSync(`${latest}.tmp`, latest);
  const files = ["stdout", "stderr"].map((name) => join(sandbox, name));
  for (const file of files) {
    closeSync(openSync(file, "a"));
  }
  if (user !== undefined && user.uid !== process.getuid?.()) {
    for (const path of [sandbox, ...files]) {
      await chown(path, user.uid, user.gid);
    }
  }
  return user;
}
