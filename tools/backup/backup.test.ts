import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startZookeeper, type TestZookeeper } from "@drover/lib/test/zookeeper";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { finishBackup, makeBackupFolder, openBackup } from "./folder";
import { packed } from "./shared-volume";
import { readTree, writeTree } from "./zookeeper-trees";

const folder = mkdtempSync(join(tmpdir(), "drover-backup-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the folder of a backup", () => {
  const about = { environment: "local", slaves: ["abc"] };
  async function made(name: string): Promise<string> {
    const path = join(folder, name);
    await makeBackupFolder(path);
    writeFileSync(join(path, "data"), "content");
    await finishBackup(path, about);
    return path;
  }

  it("says what is in it", async () => {
    const manifest = await openBackup(await made("good"));
    expect(manifest).toMatchObject(about);
    expect(Object.keys(manifest.files)).toEqual(["data"]);
  });

  it("is refused when the backup was cut off", async () => {
    const path = join(folder, "half");
    mkdirSync(path);
    writeFileSync(join(path, "data"), "content");
    await expect(openBackup(path)).rejects.toThrow("no complete backup: it has no manifest.json");
  });

  it("is refused when a file is changed, cut short or missing", async () => {
    const path = await made("damaged");
    writeFileSync(join(path, "data"), "Content");
    await expect(openBackup(path)).rejects.toThrow("data has 7 bytes with another checksum");
    writeFileSync(join(path, "data"), "conten");
    await expect(openBackup(path)).rejects.toThrow("data has 6 bytes");
    rmSync(join(path, "data"));
    await expect(openBackup(path)).rejects.toThrow("data is missing; nothing was restored");
  });

  it("is refused when its manifest is cut short or of another format", async () => {
    const path = await made("manifest");
    const file = join(path, "manifest.json");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.slice(0, -20));
    await expect(openBackup(path)).rejects.toThrow("is damaged");
    writeFileSync(file, text.replace('"format": 1', '"format": 2'));
    await expect(openBackup(path)).rejects.toThrow("not a backup of format 1");
  });

  it("is never one that has something in it", async () => {
    await expect(makeBackupFolder(await made("taken"))).rejects.toThrow("is not empty");
  });
});

it("an archive of files that are written to meanwhile is no failure", async () => {
  const volume = join(folder, "volume");
  mkdirSync(volume);
  // More than fits into the pipes on the way, so that tar has begun and cannot end.
  writeFileSync(join(volume, "log"), randomBytes(4 * 1024 ** 2));
  const tar = spawn("sh", ["-euc", packed], { cwd: volume });
  let warnings = "";
  tar.stderr.on("data", (chunk) => {
    warnings += chunk;
  });
  await once(tar.stdout, "readable");
  appendFileSync(join(volume, "log"), "one more line");
  tar.stdout.resume();
  const [code] = await once(tar, "close");
  expect(warnings).toContain("file changed as we read it");
  expect(code).toBe(0);
});

describe("ZooKeeper's trees", () => {
  let server: TestZookeeper;
  beforeAll(async () => {
    server = await startZookeeper("gluster");
  }, 120_000);
  afterAll(() => server.remove());

  it("are the same after they were read and written, without what belonged to sessions", async () => {
    const client = await server.client();
    try {
      await client.mkdirp("/marathon/state/apps");
      await client.set("/marathon/state/apps", Buffer.from([0, 255, 10]));
      await client.create("/marathon/state/apps/a", Buffer.from("1"));
      await client.create("/marathon/leader", Buffer.alloc(0), { ephemeral: true });
      const saved = await readTree(client, "/marathon");
      expect(saved.map(({ path }) => path)).toEqual([
        "/marathon",
        "/marathon/state",
        "/marathon/state/apps",
        "/marathon/state/apps/a",
      ]);

      await client.set("/marathon/state/apps/a", Buffer.from("2"));
      await client.create("/marathon/state/apps/b");
      await writeTree(client, "/marathon", saved);
      expect(await readTree(client, "/marathon")).toEqual(saved);
      expect(await readTree(client, "/chronos")).toEqual([]);
      await writeTree(client, "/chronos", []);
      expect(await client.exists("/chronos")).toBe(false);
    } finally {
      await client.close();
    }
  });
});
