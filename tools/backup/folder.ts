import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const manifestName = "manifest.json";

/** Layout of the folder; another one gets another number. */
const format = 1;

const manifestSchema = z.object({
  format: z.literal(format),
  environment: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
  /** Instance ids of the slaves: the Mesos registry is only of use to a cluster that still has one of them. */
  slaves: z.array(z.string()),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
});

/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Makes the folder for a backup. @throws Error when something is in it already */
export async function makeBackupFolder(folder: string): Promise<void> {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new Error(`${folder} is not empty: name a folder that is empty or does not exist yet`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function digestOf(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { bytes: statSync(file).size, sha256: hash.digest("hex") };
}

/** Writes the manifest, last of all and in one step: a folder without it is a backup that was cut off. */
export async function finishBackup(folder: string, about: Pick<Manifest, "environment" | "slaves">): Promise<Manifest> {
  const files: Manifest["files"] = {};
  for (const name of readdirSync(folder).sort()) files[name] = await digestOf(join(folder, name));
  const manifest: Manifest = { format, createdAt: new Date().toISOString(), ...about, files };
  const file = join(folder, manifestName);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
  return manifest;
}

/** Reads and checks a backup. @throws Error that says why it cannot be used */
export async function openBackup(folder: string): Promise<Manifest> {
  const file = join(folder, manifestName);
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  if (!existsSync(file))
    throw new Error(`${folder} is no complete backup: it has no ${manifestName}, which is written last`);
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} is damaged: ${(error as Error).message}`);
  }
  const parsed = manifestSchema.safeParse(raw);
  if (!parsed.success) {
    throw new Error(`${file} is not a backup of format ${format}: ${z.prettifyError(parsed.error)}`);
  }
  for (const [name, expected] of Object.entries(parsed.data.files)) {
    const path = join(folder, name);
    const found = existsSync(path) ? await digestOf(path) : undefined;
    if (found?.sha256 !== expected.sha256) {
      const why = found ? `has ${found.bytes} bytes with another checksum than when it was made` : "is missing";
      throw new Error(`${folder} is damaged: ${name} ${why}; nothing was restored`);
    }
  }
  return parsed.data;
}
