import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import type { Address } from "./address";

/** The connection to a machine broke or was never made. `stderr` is what ssh had to say. */
export class SshError extends Error {
  constructor(
    message: string,
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(message);
  }
}

/**
 * The arguments of the ssh process. ssh takes the first value it sees of an option, so the caller's come first and ours are defaults:
 * never ask at a terminal, give up after `connectSeconds`, notice within 15 s that a machine is gone.
 */
export function sshArguments(
  address: Address & { kind: "ssh" },
  sshOpts: readonly string[],
  connectSeconds: number,
): string[] {
  return [
    ...sshOpts,
    ...["-o", "BatchMode=yes", "-o", `ConnectTimeout=${connectSeconds}`],
    ...["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3", "-T"],
    ...(address.user === "" ? [] : ["-l", address.user]),
    ...(address.port === "" ? [] : ["-p", address.port]),
    "--",
    address.host,
    ...["docker", "system", "dial-stdio"],
  ];
}

/** The longest piece of ssh's stderr that is kept for a message, in characters. */
const STDERR_LIMIT = 2000;

/**
 * A byte stream to a machine's Docker engine through one ssh process: stdin and stdout of `docker system dial-stdio`.
 * It has those methods of a socket that Node's http agent calls.
 */
export class SshConnection extends Duplex {
  private readonly child: ChildProcessWithoutNullStreams;
  private stderr = "";
  private idleTimer: NodeJS.Timeout | undefined;
  /** Read by Node's http agent. */
  timeout = 0;

  constructor(args: readonly string[]) {
    super({ allowHalfOpen: true });
    this.child = spawn("ssh", args, { stdio: "pipe" });
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.restartIdleTimer();
      if (!this.push(chunk)) this.child.stdout.pause();
    });
    this.child.stderr.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_LIMIT);
    });
    // A write to a process that has ended says EPIPE; its exit tells more and follows at once.
    this.child.stdin.on("error", () => {});
    this.child.on("error", (error) => this.destroy(new SshError(`cannot start ssh: ${error.message}`, null, "")));
    this.child.on("close", (code) => this.ended(code));
  }

  private ended(code: number | null): void {
    const said = this.stderr.trim();
    this.destroy(new SshError(said === "" ? `ssh ended with exit code ${code}` : said, code, said));
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.restartIdleTimer();
    this.child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.idleTimer);
    this.child.kill();
    done(error);
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  /** An idle connection of the pool must not keep the plugin's process alive. */
  unref(): this {
    this.child.unref();
    return this;
  }

  ref(): this {
    this.child.ref();
    return this;
  }

  /** Emits `timeout` after `ms` without traffic; 0 switches it off. */
  setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms;
    if (listener !== undefined) this.once("timeout", listener);
    this.restartIdleTimer();
    return this;
  }

  private restartIdleTimer(): void {
    clearTimeout(this.idleTimer);
    if (this.timeout > 0) this.idleTimer = setTimeout(() => this.emit("timeout"), this.timeout).unref();
  }
}
