import { closeSync, mkdirSync, openSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { chown } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DroppedTaskError } from "./launch-error";
import { findUser, type SystemUser } from "./users";

/**
 * Makes a run's sandbox with empty `stdout` and `stderr`, and lets `latest` beside it point there.
 * @param userName who owns it; undefined: the agent's user
 * @throws DroppedTaskError when there is no such user
 */
export async function createSandbox(sandbox: string, userName: string | undefined): Promise<SystemUser | undefined> {
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
