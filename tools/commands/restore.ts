import { createReadStream, existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { electedMaster, marathonLeader } from "../../provider/ready/checks";
import { ClusterLink } from "../../provider/ready/link";
import { SshConnection, type SshTarget } from "../../provider/ssh/connection";
import { openBackup } from "../backup/folder";
import { restoreSharedVolume } from "../backup/shared-volume";
import { coreTargets, withZooKeeper } from "../backup/way-in";
import { type StoredNode, trees, writeTree } from "../backup/zookeeper-trees";
import { say } from "../system/progress";
import { chosenEnvironment, outputs, stackEnvironment, stackExists } from "../system/stack";
import { treeFile, volumeFile } from "./backup";

/** The services that use the trees, in the order in which they are started again. */
const users = ["mesos-master", "marathon", "chronos"];

const startLimitMs = 120_000;

async function readNodes(file: string): Promise<StoredNode[]> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  const nodes: StoredNode[] = [];
  for await (const line of lines) nodes.push(JSON.parse(line) as StoredNode);
  return nodes;
}

/** `docker start|stop` for those of the services that a machine has. */
async function onEach(core: readonly SshTarget[], verb: "start" | "stop", names: readonly string[]): Promise<void> {
  await Promise.all(
    core.map(async (machine) => {
      const connection = await SshConnection.connect(machine);
      try {
        const there = (await connection.exec("docker ps -a --format '{{.Names}}'", 30_000)).split("\n");
        for (const name of names.filter((candidate) => there.includes(candidate))) {
          await connection.exec(`docker ${verb} ${name}`, startLimitMs);
        }
      } finally {
        connection.close();
      }
    }),
  );
}

/** Waits until Mesos and Marathon have leaders again. */
async function leadersAgain(core: readonly SshTarget[]): Promise<void> {
  const link = new ClusterLink(core);
  const until = Date.now() + startLimitMs;
  try {
    for (;;) {
      try {
        await electedMaster(link.dial, core);
        await marathonLeader(link.dial, core);
        return;
      } catch (error) {
        if (Date.now() > until) throw error;
        await delay(500);
      }
    }
  } finally {
    link.close();
  }
}

/** Puts a saved state in the place of the cluster's own: `npm run restore -- <folder> [<environment>]`. */
export async function restore(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (!name) throw new Error("name the folder: npm run restore -- <folder> [<environment>]");
  const folder = resolve(name);
  const stack = chosenEnvironment(rest);
  const manifest = await openBackup(folder);
  if (!(await stackExists(stack))) throw new Error(`there is no cluster ${stack}; \`npm run up -- ${stack}\` makes it`);
  const values = await outputs(stack);
  const core = coreTargets(stack, values);
  const volume = join(folder, volumeFile);
  const hasVolume = existsSync(volume);
  if (hasVolume && !stackEnvironment(stack).sharedVolume.enabled) {
    throw new Error(
      `the backup has a shared volume and ${stack} has none: set drover:sharedVolume.enabled, run up again`,
    );
  }
  // Agents of machines that are no more would be waited for before their tasks start elsewhere.
  const same = values.machines.some(({ instance }) => manifest.slaves.includes(instance));
  const wanted = Object.entries(trees).filter(([tree]) => tree !== "mesos" || same);

  say(`${stack}: stopping ${users.join(", ")}`);
  await onEach(core, "stop", [...users].reverse());
  try {
    await withZooKeeper(core, async (client) => {
      for (const [tree, path] of wanted) {
        const nodes = await readNodes(join(folder, treeFile(tree)));
        await writeTree(client, path, nodes);
        say(`${stack}: ${path}: ${nodes.length} nodes`);
      }
    });
    if (!same) say(`${stack}: other slaves than in the backup: the Mesos registry stays as it is`);
    if (hasVolume && core[0]) {
      say(`${stack}: filling the shared volume`);
      await restoreSharedVolume(core[0], volume);
    }
  } finally {
    await onEach(core, "start", users);
  }
  await leadersAgain(core);
  say(`${stack}: restored what ${manifest.environment} was at ${manifest.createdAt}`);
  return 0;
}
