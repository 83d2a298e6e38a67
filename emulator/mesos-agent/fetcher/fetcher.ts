import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { chmod, chown } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import type { CommandInfo } from "@drover/lib/mesos/types";
import type { SystemUser } from "../users";
import { extractCommand } from "./archives";
import { download } from "./download";

const run = promisify(execFile);

type Uri = NonNullable<CommandInfo["uris"]>[number];

/**
 * Gets a task's URIs into its sandbox: archives are extracted unless `extract` is false, `executable` files get the
 * bit instead. `cache` is an optimisation that this agent does not have; such URIs are fetched each time.
 * @throws Error that names the URI which failed
 */
export async function fetchUris(
  uris: readonly Uri[],
  sandbox: string,
  user: SystemUser | undefined,
  stallMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (const uri of uris) {
    const file = join(sandbox, targetName(uri));
    mkdirSync(dirname(file), { recursive: true });
    await download(uri.value, file, stallMs, signal);
    if (user !== undefined) {
      await chown(file, user.uid, user.gid);
    }
    if (uri.executable) {
      await chmod(file, 0o755);
      continue;
    }
    const extraction = uri.extract === false ? undefined : extractCommand(file, sandbox);
    if (extraction !== undefined) {
      await run(extraction.command, extraction.args, { cwd: sandbox, signal, ...user });
    }
  }
}

/** Where a URI goes inside the sandbox: its `output_file`, else the last part of its path. */
function targetName({ value, output_file }: Uri): string {
  const name = output_file ?? basename(value.replace(/[?#].*$/, ""));
  const normal = normalize(name);
  if (name === "" || normal.startsWith("/") || normal === ".." || normal.startsWith("../")) {
    throw new Error(`'${value}' has no file name inside the sandbox: give an output_file`);
  }
  return normal;
}
