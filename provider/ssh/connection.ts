import type { Duplex } from "node:stream";
import { Client, type ConnectConfig } from "ssh2";
import { acceptHostKey } from "./known-hosts";

/** How to reach a machine. */
export interface SshTarget {
  /** Name for messages. */
  hostname: string;
  /** The environment that the machine belongs to, for the commands in messages. */
  stack: string;
  address: string;
  /** Default 22. */
  port?: number;
  user: string;
  /** OpenSSH private key. */
  privateKey: string;
  /** Under which name the host key is kept. */
  hostKeyAlias: string;
  /** File of host keys, absolute or below the working directory. */
  knownHostsFile: string;
  /** The machine that the connection jumps through, where there is no direct way. */
  bastion?: SshTarget;
}

/** Limit of a connection attempt in milliseconds. */
const connectLimitMs = 10_000;

/** One SSH connection; carries commands and tunnels. Close it when done. */
export class SshConnection {
  private hasClosed = false;

  private constructor(
    private readonly client: Client,
    readonly target: SshTarget,
  ) {
    client.once("close", () => {
      this.hasClosed = true;
    });
  }

  /** True once it has ended, for whatever reason: nothing can be done over it any more. */
  get isClosed(): boolean {
    return this.hasClosed;
  }

  /** Connects, through the bastion where there is one. Throws an error that names the machine and what went wrong. */
  static async connect(target: SshTarget): Promise<SshConnection> {
    if (!target.bastion) return SshConnection.over(target);
    const jump = await SshConnection.connect(target.bastion);
    try {
      const connection = await SshConnection.over(target, await jump.dial(target.address, target.port ?? 22));
      connection.onClose(() => jump.close());
      return connection;
    } catch (error) {
      jump.close();
      throw error;
    }
  }

  /** Connects over a stream, or over a socket of its own. */
  private static over(target: SshTarget, stream?: Duplex): Promise<SshConnection> {
    const client = new Client();
    const where = `${target.user}@${target.address}:${target.port ?? 22} (${target.hostname})`;
    let refused = false;
    const config: ConnectConfig = {
      sock: stream,
      host: target.address,
      port: target.port ?? 22,
      username: target.user,
      privateKey: target.privateKey,
      readyTimeout: connectLimitMs,
      keepaliveInterval: 5_000,
      hostVerifier: (key: Buffer) => {
        const accepted = acceptHostKey(target.knownHostsFile, target.hostKeyAlias, key);
        refused = !accepted;
        return accepted;
      },
    };
    return new Promise((resolve, reject) => {
      client.on("ready", () => resolve(new SshConnection(client, target)));
      client.on("error", (error) => {
        const why = refused
          ? `its host key is not the one in ${target.knownHostsFile}; if the machine was replaced by hand, remove the line of ${target.hostKeyAlias}`
          : error.message;
        reject(new Error(`SSH to ${where} failed: ${why}`));
      });
      client.connect(config);
    });
  }

  /** Calls back when the connection has ended, for whatever reason. */
  onClose(listener: () => void): void {
    this.client.on("close", listener);
  }

  /** Opens a TCP connection from the machine to an address that it can reach. */
  dial(address: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      this.client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
        if (error) reject(new Error(`${address}:${port} refuses connections from ${this.target.hostname}`));
        else resolve(stream);
      });
    });
  }

  /**
   * Runs a command and gives its standard output, or sends it to `output` as it comes. Throws when the command exits
   * non-zero or passes the limit.
   */
  exec(
    command: string,
    limitMs: number,
    input?: NodeJS.ReadableStream,
    output?: NodeJS.WritableStream,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, stream) => {
        if (error) return reject(error);
        const failed = (why: string) => reject(new Error(`\`${command}\` on ${this.target.hostname} ${why}`));
        const timer = setTimeout(() => {
          stream.close();
          failed(`did not end within ${limitMs / 1000} s`);
        }, limitMs);
        let out = "";
        let err = "";
        if (output) stream.pipe(output);
        else {
          stream.on("data", (chunk: Buffer) => {
            out += chunk;
          });
        }
        stream.stderr.on("data", (chunk: Buffer) => {
          err += chunk;
        });
        stream.on("close", (code: number | null) => {
          clearTimeout(timer);
          if (code === 0) resolve(out);
          else failed(`ended with code ${code}: ${err.trim()}`);
        });
        if (input) input.pipe(stream);
      });
    });
  }

  close(): void {
    this.client.end();
  }
}
