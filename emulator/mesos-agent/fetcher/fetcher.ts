import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { chmod, chown, copyFile } from "node:fs/promises";
import { basename, dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import type { CommandInfo } from "@drover/lib/mesos/types";
import type { SystemUser } from "../users";
import { extractCommand } from "./archives";
import type { FetcherCache } from "./cache";
import { download } from "./download";

const run = promisify(execFile);

type Uri = NonNullable<CommandInfo["uris"]>[number];

/** Gets what tasks ask for into their sandboxes. */
export class Fetcher {
  /** Tasks whose URIs were all fetched, and those of which one was not. */
  succeeded = 0;
  failed = 0;

  /** @param stallMs how long a download may stand still (flag fetcher_stall_timeout) */
  constructor(
    readonly cache: FetcherCache,
    private readonly stallMs: number,
  ) {}

  /**
   * Gets a task's URIs into its sandbox: archives are extracted unless `extract` is false, `executable` files get the
   * bit instead; `cache` keeps the download for the next task of the same user.
   * @throws Error that names the URI which failed
   */
  async fetch(
    uris: readonly Uri[],
    sandbox: string,
    userName: string | undefined,
    user: SystemUser | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (uris.length === 0) {
      return;
    }
    try {
      for (const uri of uris) {
        const file = join(sandbox, targetName(uri));
        mkdirSync(dirname(file), { recursive: true });
        await this.get(uri, file, userName, signal);
        await unpack(uri, file, sandbox, user, signal);
      }
      this.succeeded++;
    } catch (error) {
      this.failed++;
      throw error;
    }
  }

  private async get({ value, cache }: Uri, file: string, userName = "", signal: AbortSignal): Promise<void> {
    if (!cache) {
      return download(value, file, this.stallMs, signal);
    }
    // No signal: the download is every waiting task's, not only this one's.
    const get = (target: string) => download(value, target, this.stallMs, new AbortController().signal);
    await this.cache.with(`${userName}@${value}`, get, (cached) => copyFile(cached, file));
  }
}

async function unpack(uri: Uri, file: string, sandbox: string, user: SystemUser | undefined, signal: AbortSignal) {
  if (user !== undefined) {
    await chown(file, user.uid, user.gid);
  }
  if (uri.executable) {
    await chmod(file, 0o755);
    return;
  }
  const extraction = uri.extract === false ? undefined : extractCommand(file, sandbox);
  if (extraction !== undefined) {
    await run(extraction.command, extraction.args, { cwd: sandbox, signal, ...user });
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
