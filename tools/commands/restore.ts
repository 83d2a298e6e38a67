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

interface SavedTree {
  path: string;
  nodes: StoredNode[];
}

/** What uses the trees must not start on what they are now. */
class HalfWritten extends Error {
  constructor(why: string) {
    super(
      `ZooKeeper's trees are half written: ${why}. ${users.join(", ")} stay stopped, since they would take that for their state: run restore again`,
    );
  }
}

async function readNodes(file: string): Promise<StoredNode[]> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()) });
  const nodes: StoredNode[] = [];
  for await (const line of lines) nodes.push(JSON.parse(line) as StoredNode);
  return nodes;
}

/**
 * `docker start|stop` for those of the services that a machine has.
 * @throws Error that names the machines where that failed, once it is done on all others
 */
async function onEach(core: readonly SshTarget[], verb: "start" | "stop", names: readonly string[]): Promise<void> {
  const done = await Promise.allSettled(
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
  const failures = done.flatMap((one) => (one.status === "rejected" ? [(one.reason as Error).message] : []));
  if (failures.length > 0) throw new Error(failures.join("; "));
}

/** Puts trees in the place of ZooKeeper's own. @throws Error that says what to do, when some of them may be half written */
async function writeTrees(core: readonly SshTarget[], saved: readonly SavedTree[], tell: (line: string) => void) {
  let hasBegun = false;
  try {
    await withZooKeeper(core, async (client) => {
      for (const { path, nodes } of saved) {
        hasBegun = true;
        await writeTree(client, path, nodes);
        tell(`${path}: ${nodes.length} nodes`);
      }
    });
  } catch (error) {
    throw hasBegun ? new HalfWritten((error as Error).message) : error;
  }
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
  if (stackEnvironment(stack).chronos.placement === "marathon") {
    throw new Error(
      `on ${stack} Chronos is an app, which would go on writing what is to be restored: set drover:chronos.placement to core, run up, restore, and set it back`,
    );
  }
  // Agents of machines that are no more would be waited for before their tasks start elsewhere.
  const same = values.machines.some(({ instance }) => manifest.slaves.includes(instance));
  const wanted = Object.entries(trees).filter(([tree]) => tree !== "mesos" || same);
  const saved: SavedTree[] = [];
  for (const [tree, path] of wanted) saved.push({ path, nodes: await readNodes(join(folder, treeFile(tree))) });

  // A machine that cannot be reached is told before anything is stopped, or started on what a cut-off restore has left.
  await onEach(core, "stop", []);
  say(`${stack}: stopping ${users.join(", ")}`);
  let mayStart = true;
  try {
    await onEach(core, "stop", [...users].reverse());
    await writeTrees(core, saved, (line) => say(`${stack}: ${line}`));
    if (!same) say(`${stack}: other slaves than in the backup: the Mesos registry stays as it is`);
    if (hasVolume && core[0]) {
      say(`${stack}: filling the shared volume`);
      await restoreSharedVolume(core[0], volume);
    }
  } catch (error) {
    mayStart = !(error instanceof HalfWritten);
    throw error;
  } finally {
    if (mayStart) await onEach(core, "start", users);
  }
  await leadersAgain(core);
  const files = hasVolume ? "; the shared volume's files of other names stay as they are" : "";
  say(`${stack}: restored what ${manifest.environment} was at ${manifest.createdAt}${files}`);
  return 0;
}
