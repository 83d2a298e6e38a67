import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyFile, sshFolder, sshWords } from "../../components/ssh-files";
import { root } from "../system/paths";
import { environments, outputs } from "../system/stack";
import { runInTerminal } from "../system/terminal";

/** Logs in to a machine, or runs a command there: `npm run ssh -- [<environment>/]<machine> [command…]`. */
export async function ssh(words: readonly string[]): Promise<number> {
  const [target = "", ...command] = words;
  const [first = "", second] = target.split("/");
  const [stack, hostname] = second === undefined ? ["local", first] : [first, second];
  if (!environments().includes(stack)) {
    throw new Error(`there is no environment ${JSON.stringify(stack)}: stacks/ has ${environments().join(", ")}`);
  }
  const { machines, bastion, ssh: access } = await outputs(stack);
  const machine = machines.find((candidate) => candidate.hostname === hostname);
  if (!machine) {
    const names = machines.map((candidate) => candidate.hostname).join(", ");
    throw new Error(`${stack} has no machine ${JSON.stringify(hostname)}; it has ${names}`);
  }
  mkdirSync(join(root, sshFolder), { recursive: true, mode: 0o700 });
  const key = join(root, keyFile(stack));
  writeFileSync(key, access.privateKey, { mode: 0o600 });
  const login = { key, stack, root, hostname: machine.hostname, instance: machine.instance, jump: bastion };
  return runInTerminal("ssh", [
    "-F",
    "none",
    ...sshWords(login),
    "-o",
    "BatchMode=no",
    `${access.user}@${machine.address}`,
    ...command,
  ]);
}
