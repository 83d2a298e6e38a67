import { type ChildProcess, spawn } from "node:child_process";
import { root } from "../../../tools/system/paths";
import { pulumiEnv, toolPath } from "../../../tools/system/pulumi-env";

/** What a command did. */
export interface Ran {
  code: number | null;
  stdout: string;
  /** Standard output and error together, in the order they came. */
  output: string;
  seconds: number;
}

export interface RunOptions {
  /** Limit in seconds, after which the command and its children are killed and the test fails. Default 240. */
  limitSeconds?: number;
  env?: Record<string, string>;
  input?: string;
}

/** Runs a command line of a user in the clone, with the toolchain on PATH. Fails only when it passes its limit. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Started(command, args, options).ended;
}

/** `npm run <command> [-- words]`, and the words `npm run` itself prints are not in the way. */
export function npm(command: string, words: readonly string[] = [], options: RunOptions = {}): Promise<Ran> {
  return run("npm", ["run", "--silent", command, "--", ...words], options);
}

/** The Pulumi CLI on the clone's stacks. */
export function pulumi(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run("pulumi", ["--non-interactive", ...args], options);
}

/** Throws, with the end of the output, unless the command ended with 0. */
export async function succeeded(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  if (ran.code !== 0) throw new Error(`ended with code ${ran.code}:\n${ran.output.slice(-6000)}`);
  return ran;
}

/** A command that runs, in a process group of its own. */
export class Started {
  readonly ended: Promise<Ran>;
  private readonly child: ChildProcess;
  private output = "";
  private listener: () => void = () => {};

  constructor(command: string, args: readonly string[], { limitSeconds = 240, env, input }: RunOptions = {}) {
    const started = Date.now();
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...pulumiEnv(), PATH: toolPath(), ...env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    this.child = child;
    const words = [command, ...args].join(" ");
    let stdout = "";
    const collect = (text: string) => {
      this.output += text;
      this.listener();
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      collect(text);
    });
    child.stderr.setEncoding("utf8").on("data", collect);
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    this.ended = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        reject(new Error(`\`${words}\` did not end within ${limitSeconds} s:\n${this.output.slice(-6000)}`));
      }, limitSeconds * 1000);
      child.on("error", reject);
      // Not "close": processes that outlive the command may keep its pipes open.
      child.on("exit", (code) => {
        clearTimeout(timer);
        setImmediate(() => resolve({ code, stdout, output: this.output, seconds: (Date.now() - started) / 1000 }));
      });
    });
  }

  /** Waits until a line of the output matches. Throws when the command ends before. */
  async prints(pattern: RegExp): Promise<void> {
    const seen = new Promise<true>((resolve) => {
      this.listener = () => {
        if (pattern.test(this.output)) resolve(true);
      };
      this.listener();
    });
    const ran = await Promise.race([seen, this.ended]);
    if (ran !== true) throw new Error(`ended with code ${ran.code} before it printed ${pattern}:\n${ran.output}`);
  }

  /** SIGKILL to the whole process group: nothing of it gets a chance to tidy up. */
  kill(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, "SIGKILL");
  }
}
