import { createHash, type Hash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Readable } from "node:stream";
import dockerignore from "@balena/dockerignore";
import { pack } from "tar-fs";
import type { BuildInputs } from "../schema/image";

/** The files that a build sees. */
export interface BuildContext {
  directory: string;
  /** Paths relative to the directory, sorted; of folders only the empty ones. */
  entries: string[];
  /** The Dockerfile's name in the archive. */
  dockerfile: string;
  /** The Dockerfile's content when it lies outside of the directory. */
  foreignDockerfile: Buffer | undefined;
}

/** Reads which files belong to a build: all of the context but what .dockerignore names. Throws when context or Dockerfile is missing. */
export async function readContext({ context = ".", dockerfile }: BuildInputs): Promise<BuildContext> {
  const directory = resolve(context);
  const path = dockerfile === undefined ? join(directory, "Dockerfile") : resolve(dockerfile);
  const content = await readFile(path).catch((error: Error) => {
    throw new Error(`cannot read the Dockerfile ${path}: ${error.message}`);
  });
  const inside = relative(directory, path);
  const foreign = inside.startsWith("..");
  const keep = foreign ? [] : [inside];
  const entries = await walk(directory, await ignoredBy(directory, path), new Set([...keep, ".dockerignore"]));
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return {
    directory,
    entries,
    dockerfile: foreign ? `.dockerfile.${digest}` : inside,
    foreignDockerfile: foreign ? content : undefined,
  };
}

interface IgnoreRules {
  ignores(path: string): boolean;
  /** With exceptions (`!pattern`) an ignored folder may still hold files that are not. */
  hasExceptions: boolean;
}

/** The rules beside the Dockerfile (`Dockerfile.dockerignore`), else those of the context. */
async function ignoredBy(directory: string, dockerfile: string): Promise<IgnoreRules> {
  const read = (path: string) => readFile(path, "utf8").catch(() => undefined);
  const text = (await read(`${dockerfile}.dockerignore`)) ?? (await read(join(directory, ".dockerignore"))) ?? "";
  const rules = dockerignore({ ignorecase: false }).add(text);
  return { ignores: (path) => rules.ignores(path), hasExceptions: /^\s*!/m.test(text) };
}

async function walk(directory: string, rules: IgnoreRules, keep: ReadonlySet<string>): Promise<string[]> {
  const entries: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const children = await readdir(join(directory, folder), { withFileTypes: true });
    if (children.length === 0 && folder !== "") entries.push(folder);
    for (const child of children) {
      const path = join(folder, child.name);
      const ignored = !keep.has(path) && rules.ignores(path);
      if (child.isDirectory()) {
        const keepsSome = rules.hasExceptions || [...keep].some((kept) => kept.startsWith(`${path}/`));
        if (!ignored || keepsSome) await visit(path);
      } else if (!ignored && (child.isFile() || child.isSymbolicLink())) {
        entries.push(path);
      }
    }
  };
  await visit("");
  return entries.sort();
}

/** Changes when a file's path, content, link target or executable bit changes; not with its age or owner. */
export async function contextDigest(context: BuildContext): Promise<string> {
  const hash = createHash("sha256");
  field(hash, context.dockerfile);
  field(hash, context.foreignDockerfile ?? "");
  for (const entry of context.entries) {
    const path = join(context.directory, entry);
    const stats = await lstat(path);
    field(hash, entry);
    field(hash, `${stats.isFile() ? "file" : stats.isSymbolicLink() ? "link" : "folder"} ${stats.mode & 0o111}`);
    if (stats.isFile()) field(hash, await readFile(path));
    else if (stats.isSymbolicLink()) field(hash, await readlink(path));
  }
  return hash.digest("hex");
}

/** Each field goes in with its length, so that no two lists of fields look the same. */
function field(hash: Hash, content: string | Buffer): void {
  const bytes = Buffer.from(content as string);
  hash.update(`${bytes.length}:`).update(bytes);
}

/** The context as a tar stream. */
export function archive({ directory, entries, dockerfile, foreignDockerfile }: BuildContext): Readable {
  return pack(directory, {
    entries,
    finalize: false,
    finish: (tar) => {
      if (foreignDockerfile !== undefined) tar.entry({ name: dockerfile, mode: 0o644 }, foreignDockerfile);
      tar.finalize();
    },
  });
}
