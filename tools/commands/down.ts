import { rmSync } from "node:fs";
import { join } from "node:path";
import { keyFile, knownHosts } from "../../components/ssh-files";
import { setUpTools } from "../setup";
import { exec, tryExec } from "../system/exec";
import { endOrphans } from "../system/orphans";
import { root } from "../system/paths";
import { say } from "../system/progress";
import {
  checkUnprotected,
  chosenEnvironment,
  clearPendingOperations,
  dropEncryptionSalt,
  pulumi,
  removeStaleLock,
  resourceIds,
  stackEnvironment,
  stackExists,
} from "../system/stack";
import { runPulumi } from "../system/terminal";
import { dataFate } from "./data-fate";

/** What to do with one kind of thing on a Docker engine. */
interface Kind {
  kind: string;
  /** Words that list ids, in full. */
  list: readonly string[];
  remove: readonly string[];
}

const containers: Kind = { kind: "container", list: ["ps", "-aq", "--no-trunc"], remove: ["rm", "-fv"] };
const networks: Kind = { kind: "network", list: ["network", "ls", "-q", "--no-trunc"], remove: ["network", "rm"] };
const volumes: Kind = { kind: "volume", list: ["volume", "ls", "-q"], remove: ["volume", "rm", "-f"] };

/** Removes what carries the stack's label but is not in its state: left by an update that was killed. */
async function sweep(stack: string, { kind, list, remove }: Kind, known: ReadonlySet<string>): Promise<void> {
  const ids = (await tryExec("docker", [...list, "--filter", `label=drover.stack=${stack}`]))?.split("\n") ?? [];
  const left = ids.filter((id) => id !== "" && !known.has(id));
  if (left.length === 0) return;
  say(`${stack}: removing ${left.length} ${kind}${left.length > 1 ? "s" : ""} that the state did not know`);
  await exec("docker", [...remove, ...left], { limitMs: 60_000 });
}

/** Says what becomes of the cluster's data. Gives the Docker volumes that stay. */
async function sayWhatBecomesOfData(stack: string, exists: boolean): Promise<ReadonlySet<string>> {
  const environment = stackEnvironment(stack);
  // On this computer something may be left of one that the state has forgotten.
  if (!exists && environment.cloud !== "docker") return new Set();
  const there = new Set(((await tryExec("docker", [...volumes.list])) ?? "").split("\n"));
  const { kept, lines } = dataFate(environment, there);
  for (const line of lines) say(`${stack}: ${line}`);
  return kept;
}

/** Removes the cluster and everything of it: `npm run down [-- <environment>]`. One that is not there is no error. */
export async function down(words: readonly string[]): Promise<number> {
  const stack = chosenEnvironment(words);
  await setUpTools();
  await endOrphans();
  removeStaleLock(stack);
  const exists = await stackExists(stack);
  if (exists) await checkUnprotected(stack);
  const kept = await sayWhatBecomesOfData(stack, exists);
  if (exists) {
    await clearPendingOperations(stack);
    // They would hold on to volumes and to the network.
    await sweep(stack, containers, await resourceIds(stack));
    const code = await runPulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
    if (code !== 0) {
      process.stderr.write(`\n${stack} is not gone. \`npm run down -- ${stack}\` tries again.\n`);
      return code;
    }
    await pulumi(["stack", "rm", "--yes", "--preserve-config", stack]);
  }
  for (const kind of [containers, networks, volumes]) await sweep(stack, kind, kept);
  dropEncryptionSalt(stack);
  for (const file of [keyFile(stack), knownHosts(stack)]) rmSync(join(root, file), { force: true });
  say(
    `${stack}: nothing ${kept.size > 0 ? "else " : ""}of it is left; the cache (image store, images, toolchain) stays for the next time`,
  );
  return 0;
}
