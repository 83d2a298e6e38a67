import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { hostKeyAlias, knownHosts } from "../../../components/ssh-files";
import { SshConnection } from "../../../provider/ssh/connection";
import { root } from "../../../tools/system/paths";
import type { Outputs } from "../../../tools/system/stack";

/** Runs a command on a machine over SSH and gives its standard output. */
export async function onMachine(stack: string, outputs: Outputs, hostname: string, command: string): Promise<string> {
  const machine = outputs.machines.find((candidate) => candidate.hostname === hostname);
  if (!machine) throw new Error(`${stack} has no machine ${hostname}`);
  const connection = await SshConnection.connect({
    hostname,
    address: machine.address,
    user: outputs.ssh.user,
    privateKey: outputs.ssh.privateKey,
    hostKeyAlias: hostKeyAlias(hostname, machine.instance),
    stack,
    knownHostsFile: join(root, knownHosts(stack)),
  });
  try {
    return await connection.exec(command, 30_000);
  } finally {
    connection.close();
  }
}

/** Addresses that the DNS server of a machine gives for a name; none when there is no such name. */
export async function resolve(server: string, name: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([server]);
  return (await resolver.resolve4(name)).sort();
}

/** What ZooKeeper's member at an address says to a four-letter word. */
export function fourLetterWord(address: string, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: 2181, timeout: 3_000 });
    let got = "";
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(word));
    socket.on("data", (chunk: string) => {
      got += chunk;
    });
    socket.on("end", () => resolve(got));
    socket.on("timeout", () => socket.destroy(new Error(`no answer from ${address}:2181`)));
    socket.on("error", reject);
  });
}
