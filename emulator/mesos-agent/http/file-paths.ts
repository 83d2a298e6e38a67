import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { HttpError } from "@drover/lib/http/reply";
import type { ExecutorEntry } from "../tasks/executors";

/** Paths that the files API serves, and what they stand for on disk. */
export type AttachedPaths = ReadonlyMap<string, string>;

/** The names of an executor's sandbox: its own path, `…/runs/latest`, `/frameworks/<id>/executors/<id>/runs/latest`. */
export function sandboxPaths({ sandbox, info, containerId }: ExecutorEntry): [string, string][] {
  const runs = sandbox.slice(0, -containerId.length);
  return [
    [sandbox, sandbox],
    [`${runs}latest`, sandbox],
    [`/frameworks/${info.framework_id?.value}/executors/${info.executor_id.value}/runs/latest`, sandbox],
  ];
}

/**
 * Finds the file behind a path of the API.
 * @throws HttpError 404 without text for unknown paths, 400 for links that lead out of the attached directory
 */
export async function resolvePath(path: string, attached: AttachedPaths): Promise<string> {
  const prefixes = [...attached.keys()].filter((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  const prefix = prefixes.sort((a, b) => b.length - a.length)[0];
  const base = prefix === undefined ? undefined : attached.get(prefix);
  if (prefix === undefined || base === undefined) {
    throw new HttpError(404, "");
  }
  const realBase = await realOrMissing(base);
  const real = await realOrMissing(join(base, path.slice(prefix.length)));
  if (real !== realBase && !real.startsWith(`${realBase}/`)) {
    throw new HttpError(400, `'${path}' is inaccessible.\n`);
  }
  return real;
}

async function realOrMissing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    throw new HttpError(404, "");
  }
}
