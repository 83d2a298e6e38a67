import { createWriteStream } from "node:fs";
import { join, resolve } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { finishBackup, makeBackupFolder } from "../backup/folder";
import { saveSharedVolume } from "../backup/shared-volume";
import { coreTargets, withZooKeeper } from "../backup/way-in";
import { readTree, type StoredNode, trees } from "../backup/zookeeper-trees";
import { say } from "../system/progress";
import { chosenEnvironment, outputs, stackEnvironment, stackExists } from "../system/stack";

/** Files of a backup. */
export const treeFile = (name: string) => `zookeeper-${name}.ndjson.gz`;
export const volumeFile = "shared-volume.tar.gz";

async function writeNodes(file: string, nodes: readonly StoredNode[]): Promise<void> {
  const packed = createGzip();
  const output = packed.pipe(createWriteStream(file, { mode: 0o600 }));
  for (const node of nodes) packed.write(`${JSON.stringify(node)}\n`);
  packed.end();
  await finished(output);
}

/** Saves the cluster's state: `npm run backup -- <folder> [<environment>]`. */
export async function backup(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (!name) throw new Error("name the folder: npm run backup -- <folder> [<environment>]");
  const folder = resolve(name);
  const stack = chosenEnvironment(rest);
  if (!(await stackExists(stack))) throw new Error(`there is no cluster ${stack}; \`npm run up -- ${stack}\` makes it`);
  const values = await outputs(stack);
  const core = coreTargets(stack, values);
  await makeBackupFolder(folder);

  await withZooKeeper(core, async (client) => {
    for (const [tree, path] of Object.entries(trees)) {
      const nodes = await readTree(client, path);
      await writeNodes(join(folder, treeFile(tree)), nodes);
      say(`${stack}: ${path}: ${nodes.length} nodes`);
    }
  });
  if (stackEnvironment(stack).sharedVolume.enabled && core[0]) {
    say(`${stack}: copying the shared volume`);
    await saveSharedVolume(core[0], join(folder, volumeFile));
  }
  const slaves = values.machines.filter(({ role }) => role === "slave").map(({ instance }) => instance);
  const { files } = await finishBackup(folder, { environment: stack, slaves });
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  say(`${stack}: saved to ${folder}, ${(bytes / 1024 ** 2).toFixed(1)} MB; it holds secrets of apps: keep it private`);
  return 0;
}
