import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { waitFor } from "@drover/lib/test/wait";

/** A program around somebody else's library that prints one line for each thing it hears. */
export class ClientProcess {
  readonly lines: string[] = [];

  private constructor(private readonly child: ChildProcess) {}

  static start(command: string, args: readonly string[]): ClientProcess {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const client = new ClientProcess(child);
    let rest = "";
    const take = (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      client.lines.push(...parts);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    return client;
  }

  /** Waits until that many lines fit. @throws Error with all that was printed */
  async heard(pattern: RegExp, count: number, limitMs: number): Promise<string[]> {
    const fitting = () => this.lines.filter((line) => pattern.test(line));
    try {
      await waitFor(`${count} lines like ${pattern}`, () => fitting().length >= count, limitMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}; the client printed:\n${this.lines.slice(-40).join("\n")}`);
    }
    return fitting();
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, "exit");
      // Its children too: it may be a supervisor.
      process.kill(-child.pid, "SIGKILL");
      await ended;
    }
  }
}
