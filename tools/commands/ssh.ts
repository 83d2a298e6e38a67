import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostKeyAlias, keyFile, knownHosts, sshFolder } from "../../components/ssh-files";
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
  const { machines, ssh: access } = await outputs(stack);
  const machine = machines.find((candidate) => candidate.hostname === hostname);
  if (!machine) {
    const names = machines.map((candidate) => candidate.hostname).join(", ");
    throw new Error(`${stack} has no machine ${JSON.stringify(hostname)}; it has ${names}`);
  }
  mkdirSync(join(root, sshFolder), { recursive: true, mode: 0o700 });
  const key = join(root, keyFile(stack));
  writeFileSync(key, access.privateKey, { mode: 0o600 });
  const options = {
    IdentitiesOnly: "yes",
    StrictHostKeyChecking: "accept-new",
    HashKnownHosts: "no",
    UserKnownHostsFile: join(root, knownHosts(stack)),
    HostKeyAlias: hostKeyAlias(machine.hostname, machine.instance),
    LogLevel: "ERROR",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return runInTerminal("ssh", ["-F", "none", "-i", key, ...flags, `${access.user}@${machine.address}`, ...command]);
}
