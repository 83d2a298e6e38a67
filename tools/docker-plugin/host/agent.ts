import { Agent } from "node:http";
import { createConnection } from "node:net";
import type { Duplex } from "node:stream";
import type { Address } from "./address";
import { SshConnection, sshArguments } from "./ssh-connection";

/** Each connection over ssh costs an ssh process on both ends; a local socket costs nothing. */
const MAX_CONNECTIONS = { ssh: 4, unix: 32 };

/** How long ssh may take to connect and log in before it gives up, in seconds. */
const SSH_CONNECT_SECONDS = 15;

/** The pool of connections to one Docker engine; they are opened when needed, kept and used again. */
export function createAgent(address: Address, sshOpts: readonly string[]): Agent {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS[address.kind],
    maxFreeSockets: MAX_CONNECTIONS[address.kind],
  });
  const open = (): Duplex =>
    address.kind === "unix"
      ? createConnection(address.path)
      : new SshConnection(sshArguments(address, sshOpts, SSH_CONNECT_SECONDS));
  return Object.assign(agent, { createConnection: open });
}
