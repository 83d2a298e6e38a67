import { type ChildProcess, spawn } from "node:child_process";

/** What to do with one external command. */
export interface ExecOptions {
  cwd?: string;
  /** Added to this process's environment. */
  env?: Record<string, string>;
  /** Limit in milliseconds, after which the command and its children are killed. */
  limitMs: number;
  /** Called with every line the command prints, for progress. */
  onLine?: (line: string) => void;
  /** Text given to the command on standard input. */
  input?: string;
}

/** A command that could not be started, ended with a non-zero code, or passed its limit. */
export class ExecError extends Error {
  constructor(
    message: string,
    readonly code: number | undefined,
    readonly output: string,
  ) {
    super(message);
    this.name = "ExecError";
  }
}

/** The last lines of a command's output: enough to see why it failed, short enough to read. */
export function tail(output: string, lines = 15): string {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** Runs a command without a shell and gives its standard output. Throws {@link ExecError}. */
export function exec(command: string, args: readonly string[], options: ExecOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const shown = [command, ...args].join(" ").slice(0, 200);
    let out = "";
    let all = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.limitMs);
    const collect = (stdout: boolean) => {
      let rest = "";
      return (chunk: string) => {
        if (stdout) out += chunk;
        all += chunk;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      };
    };
    child.stdout.setEncoding("utf8").on("data", collect(true));
    child.stderr.setEncoding("utf8").on("data", collect(false));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new ExecError(`${command} could not be started: ${error.message}`, undefined, all));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) return resolve(out);
      const why = timedOut ? `did not end within ${options.limitMs / 1000} s` : `ended with code ${code}`;
      reject(new ExecError(`\`${shown}\` ${why}:\n${tail(all)}`, code ?? undefined, all));
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  });
}

/** The command's standard output, or undefined when it cannot be run or fails: for looking, not for doing. */
export async function tryExec(command: string, args: readonly string[], limitMs = 10_000): Promise<string | undefined> {
  try {
    return await exec(command, args, { limitMs });
  } catch {
    return undefined;
  }
}

/** The command line that does `command` as root: itself for root, through sudo otherwise. */
export function asRoot(command: string, args: readonly string[]): [string, string[]] {
  return process.getuid?.() === 0 ? [command, [...args]] : ["sudo", ["-n", command, ...args]];
}
