import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HttpError, json, type Reply } from "@drover/lib/http/reply";
import type { Context } from "@drover/lib/http/router";
import { groupName, userName } from "../users";
import { type AttachedPaths, resolvePath } from "./file-paths";

/** What one answer of `/files/read` holds at most: 16 pages. */
const MAX_READ_BYTES = 16 * 4096;
const NANOSECONDS = 1e9;
const TYPE_LETTERS: ReadonlyMap<number, string> = new Map([
  [0o140000, "s"],
  [0o120000, "l"],
  [0o100000, "-"],
  [0o060000, "b"],
  [0o040000, "d"],
  [0o020000, "c"],
  [0o010000, "p"],
]);

interface Entry {
  path: string;
  nlink: number;
  size: number;
  mtimeSeconds: number;
  mode: number;
  uid: string;
  gid: string;
}

/** `/files/browse` */
export async function browse({ query }: Context, attached: AttachedPaths): Promise<Reply> {
  const entries = await list(pathOf(query), attached);
  return json(
    entries.map(({ gid, mode, mtimeSeconds, nlink, path, size, uid }) => ({
      ...{ gid, mode: modeText(mode), mtime: mtimeSeconds, nlink, path, size, uid },
    })),
  );
}

/** `/files/read`: without offset (or -1) only the size. */
export async function read({ query }: Context, attached: AttachedPaths): Promise<Reply> {
  const path = pathOf(query);
  const offset = number(query, "offset");
  const { data, size } = await readPart(path, attached, offset, number(query, "length"));
  return json(offset === -1 ? { data: "", offset: size } : { data: data.toString("utf8"), offset });
}

/** `/files/download` */
export async function download({ query, response }: Context, attached: AttachedPaths): Promise<undefined> {
  const path = pathOf(query);
  const file = await resolvePath(path, attached);
  const { size } = await regularFile(file, "download");
  response.writeHead(200, {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": `attachment; filename=${basename(path)}`,
    "Content-Length": size,
  });
  if (size === 0) {
    response.end();
    return;
  }
  await pipeline(createReadStream(file, { end: size - 1 }), response).catch(() => response.destroy());
}

/** LIST_FILES of the operator API. */
export async function listFiles(path: string, attached: AttachedPaths) {
  const entries = await list(path, attached);
  return {
    file_infos: entries.map(({ mtimeSeconds, ...entry }) => ({
      ...entry,
      mtime: { nanoseconds: mtimeSeconds * NANOSECONDS },
    })),
  };
}

/** READ_FILE of the operator API. */
export async function readFile(path: string, attached: AttachedPaths, offset: number, length: number) {
  const { data, size } = await readPart(path, attached, offset, length);
  return { size, data: data.toString("base64") };
}

async function list(path: string, attached: AttachedPaths): Promise<Entry[]> {
  const directory = await resolvePath(path, attached);
  if (!(await stat(directory)).isDirectory()) {
    return [];
  }
  const names = (await readdir(directory)).sort();
  const entries = names.map(async (name): Promise<Entry[]> => {
    const found = await stat(join(directory, name)).catch(() => undefined); // gone, or a link to nowhere
    if (found === undefined) {
      return [];
    }
    const { nlink, size, mode, mtimeMs, uid, gid } = found;
    const owner = { uid: userName(uid), gid: groupName(gid) };
    return [{ path: join(path, name), nlink, size, mode, mtimeSeconds: Math.floor(mtimeMs / 1000), ...owner }];
  });
  return (await Promise.all(entries)).flat();
}

async function readPart(path: string, attached: AttachedPaths, offset: number, length: number) {
  const file = await resolvePath(path, attached);
  const { size } = await regularFile(file, "read");
  const wanted = length === -1 ? MAX_READ_BYTES : Math.min(length, MAX_READ_BYTES);
  const bytes = offset === -1 ? 0 : Math.max(0, Math.min(wanted, size - offset));
  const data = Buffer.alloc(bytes);
  if (bytes === 0) {
    return { data, size };
  }
  const handle = await open(file);
  try {
    const { bytesRead } = await handle.read(data, 0, bytes, offset);
    return { data: data.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}

async function regularFile(file: string, verb: string) {
  const found = await stat(file);
  if (found.isDirectory()) {
    throw new HttpError(400, `Cannot ${verb} a directory.\n`);
  }
  return found;
}

function pathOf(query: URLSearchParams): string {
  const path = query.get("path");
  if (!path) {
    throw new HttpError(400, "Expecting 'path=value' in query.\n");
  }
  return path.replace(/(?<=.)\/+$/, "");
}

/** A number of the query; -1 when it is not there. */
function number(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? "-1";
  if (!/^-?\d+$/.test(text)) {
    throw new HttpError(400, `Failed to parse ${name}: Failed to convert '${text}' to number.\n`);
  }
  if (Number(text) < -1) {
    throw new HttpError(400, `Negative ${name} provided: ${text}.\n`);
  }
  return Number(text);
}

/** `-rw-r--r--` */
function modeText(mode: number): string {
  const letters = [..."rwxrwxrwx"].map((letter, index) => (mode & (0o400 >> index) ? letter : "-"));
  return (TYPE_LETTERS.get(mode & 0o170000) ?? "?") + letters.join("");
}
