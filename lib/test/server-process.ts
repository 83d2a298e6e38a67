import { type ChildProcess, spawn } from "node:child_process";
import { waitFor } from "./wait";

/** A server of ours in a process of its own, as it runs in production, at 127.0.0.1; it dies with the tests. */
export class ServerProcess {
  output = "";
  private readonly child: ChildProcess;

  /**
   * @param name of what runs, for errors
   * @param words for node: a file, after options of its own and before the program's
   */
  constructor(
    private readonly name: string,
    readonly port: number,
    words: readonly string[],
    environment: Record<string, string>,
  ) {
    this.child = spawn(process.execPath, [...words], { env: { PATH: process.env.PATH, ...environment } });
    const collect = (chunk: Buffer) => {
      this.output += chunk.toString("utf8");
    };
    this.child.stdout?.on("data", collect);
    this.child.stderr?.on("data", collect);
    const killNow = () => this.child.kill("SIGKILL");
    process.once("exit", killNow);
    this.child.once("exit", () => process.removeListener("exit", killNow));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    await this.ended();
  }

  async ended(limitMs = 10_000): Promise<void> {
    await waitFor(`the end of ${this.name} on port ${this.port}`, () => this.hasEnded, limitMs);
  }

  /** Stops the process where it stands, as a machine that hangs. */
  freeze(): void {
    this.child.kill("SIGSTOP");
  }

  thaw(): void {
    this.child.kill("SIGCONT");
  }
}
