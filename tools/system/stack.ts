import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Environment } from "../../stacks/environment";
import { exec } from "./exec";
import { backendDir, root } from "./paths";
import { environmentIn } from "./preflight";
import { say } from "./progress";
import { pulumiEnv, toolPath } from "./pulumi-env";

const minuteMs = 60_000;

/** Runs the Pulumi CLI for its output. */
export function pulumi(args: readonly string[], options: { input?: string; limitMs?: number } = {}): Promise<string> {
  const env = { ...pulumiEnv(), PATH: toolPath() };
  return exec("pulumi", [...args, "--non-interactive"], { cwd: root, env, limitMs: 2 * minuteMs, ...options });
}

/** The configuration file of a stack. */
export function configFile(stack: string): string {
  return join(root, "stacks", `Pulumi.${stack}.yaml`);
}

/** What the configuration file of a stack says. @throws ConfigurationError when it cannot be used */
export function stackEnvironment(stack: string): Environment {
  return environmentIn(stack, readFileSync(configFile(stack), "utf8"));
}

/** The environments there are: one for each file in stacks/. */
export function environments(): string[] {
  return readdirSync(join(root, "stacks"))
    .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? "")
    .filter((name) => name !== "");
}

/** The environment that a command's words name; `local` unless they do. Throws when there is no such environment. */
export function chosenEnvironment(words: readonly string[]): string {
  const [name = "local"] = words.filter((word) => !word.startsWith("-"));
  if (!environments().includes(name)) {
    throw new Error(`there is no environment ${JSON.stringify(name)}: stacks/ has ${environments().join(", ")}`);
  }
  return name;
}

export async function stackExists(stack: string): Promise<boolean> {
  const stacks = JSON.parse(await pulumi(["stack", "ls", "--json"])) as { name: string }[];
  return stacks.some(({ name }) => name === stack);
}

/**
 * Takes the line with the encryption salt out of a stack's file. It belongs to one state and one passphrase; without
 * that state it would make Pulumi ask for a passphrase that nobody has.
 */
export function dropEncryptionSalt(stack: string): void {
  const file = configFile(stack);
  const text = readFileSync(file, "utf8");
  const kept = text.replace(/^encryptionsalt: .*\n?/m, "");
  if (kept !== text) writeFileSync(file, kept);
}

/** Makes the stack when there is none. */
export async function initStack(stack: string): Promise<void> {
  if (await stackExists(stack)) return;
  dropEncryptionSalt(stack);
  await pulumi(["stack", "init", stack]);
}

/** What Pulumi's file backend writes into a lock. */
interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** True while a Pulumi CLI runs under this process id. One that was killed but not reaped yet does not, nor another program. */
function isRunning(pid: number): boolean {
  try {
    const [, name, state] = /^\d+ \((.*)\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return name === "pulumi" && state !== "Z" && state !== "X";
  } catch {
    return false;
  }
}

/** Removes what a killed update was about to put in place of the state: the backend writes beside it, then renames. */
function removeHalfWritten(stack: string): void {
  const folder = join(backendDir, ".pulumi", "stacks", "drover");
  // Killed while the first stack was being made.
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(`${stack}.json.`) && name.endsWith(".tmp")) rmSync(join(folder, name));
  }
}

/**
 * Removes the lock that a killed update of this computer has left. One whose process lives, or that another computer
 * holds, stays, and the command stops.
 */
export function removeStaleLock(stack: string): void {
  const folder = join(backendDir, ".pulumi", "locks", "organization", "drover", stack);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const file = join(folder, name);
    const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
    if (lock.hostname !== hostname() || isRunning(lock.pid)) {
      throw new Error(
        `another update of ${stack} is running: process ${lock.pid} of ${lock.username} on ${lock.hostname}, since ${lock.timestamp}. Wait for it, or, if it cannot be alive, run \`pulumi cancel -s ${stack}\`.`,
      );
    }
    rmSync(file);
    removeHalfWritten(stack);
    say(`${stack}: removed the lock of an update that was killed (process ${lock.pid}, ${lock.timestamp})`);
  }
}

/** What of a stack's exported state is used here. */
interface Deployment {
  deployment?: {
    resources?: { urn: string; id?: string; protect?: boolean }[];
    pending_operations?: { type: string; resource: { urn: string } }[];
  };
}

async function exportState(stack: string): Promise<Deployment> {
  return JSON.parse(await pulumi(["stack", "export", "-s", stack])) as Deployment;
}

/** Ids of everything in a stack's state. */
export async function resourceIds(stack: string): Promise<Set<string>> {
  const { deployment } = await exportState(stack);
  return new Set((deployment?.resources ?? []).flatMap(({ id }) => id ?? []));
}

/** Names of what `pulumi destroy` will not remove, in a state as `pulumi stack export` gives it. */
export function protectedIn(state: string): string[] {
  const { deployment } = JSON.parse(state) as Deployment;
  const locked = (deployment?.resources ?? []).filter(({ protect }) => protect);
  return locked.map(({ urn }) => urn.split("::").pop() ?? urn);
}

/**
 * Throws when a stack holds something protected, before anything is removed: Pulumi itself would take down what it may,
 * and stop at the rest.
 */
export async function checkUnprotected(stack: string): Promise<void> {
  const names = protectedIn(await pulumi(["stack", "export", "-s", stack]));
  if (names.length === 0) return;
  throw new Error(
    `${stack} is protected, and nothing of it was removed: ${names.join(", ")}. To remove the cluster all the same, run \`pulumi state unprotect --all -s ${stack}\` and then this again; its data volumes stay where they are.`,
  );
}

/**
 * Takes the operations that a killed update has left half-done out of the state. What they were making is found again
 * by its name and labels when the next update makes it.
 */
export async function clearPendingOperations(stack: string): Promise<void> {
  const state = await exportState(stack);
  const pending = state.deployment?.pending_operations ?? [];
  if (pending.length === 0) return;
  for (const { type, resource } of pending) {
    say(`${stack}: was cut off while ${type} ${resource.urn.split("::").pop()}; it is looked at again now`);
  }
  delete state.deployment?.pending_operations;
  await pulumi(["stack", "import", "-s", stack], { input: JSON.stringify(state) });
}

/** A stack's outputs, secrets included. */
export async function outputs(stack: string): Promise<Outputs> {
  return JSON.parse(await pulumi(["stack", "output", "--json", "--show-secrets", "-s", stack])) as Outputs;
}

/** The contract of index.ts. */
export interface Outputs {
  endpoints: Record<string, string>;
  machines: { hostname: string; role: "core" | "slave"; address: string; zone: string; instance: string }[];
  /** How many there are to be; those of a scale set are not among the machines. */
  slaves: number;
  /** The machine that SSH jumps through, where there is one. */
  bastion?: { hostname: string; address: string; instance: string };
  zookeeper: string;
  dnsServers: string[];
  credentials: { username: string; password: string };
  caCertificate: string;
  ssh: { user: string; privateKey: string };
}
