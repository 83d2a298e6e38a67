import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Replaces a file as a whole and durably: readers see the old or the new content. */
export function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, "w");
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** The content of a file written by {@link writeJson}; undefined when there is none. @throws Error when it is damaged */
export function readJson<T>(path: string): T | undefined {
  const text = readText(path);
  if (text === undefined) {
    return undefined;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`checkpoint ${path} is damaged (${(error as Error).message}): remove it to go on without it`);
  }
}

/** Adds one JSON line durably. */
export function appendJsonLine(path: string, value: unknown): void {
  const file = openSync(path, "a");
  try {
    writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The lines written by {@link appendJsonLine}; a last one that was cut off by a crash never took effect. */
export function readJsonLines<T>(path: string): T[] {
  const lines = (readText(path) ?? "").split("\n");
  lines.pop();
  return lines.map((line) => JSON.parse(line) as T);
}

/** The whole file as text, undefined when it does not exist. */
export function readText(path: string): string | undefined {
  return unlessMissing(() => readFileSync(path, "utf8"));
}

/** The names in a directory, none when it does not exist. */
export function listNames(path: string): string[] {
  return unlessMissing(() => readdirSync(path)) ?? [];
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
