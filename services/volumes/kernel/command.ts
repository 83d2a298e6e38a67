import { execFile } from "node:child_process";

/** A command that failed; its own words are in the message. */
export class CommandError extends Error {
  constructor(
    command: string,
    /** Exit code; undefined when it was killed or passed its limit. */
    readonly code: number | undefined,
    readonly output: string,
  ) {
    super(`${command}: ${code === undefined ? "killed or out of time" : `exit code ${code}`}: ${output.trim()}`);
    this.name = "CommandError";
  }
}

export interface CommandOptions {
  /** Default 30 s. */
  limitMs?: number;
  /** Exit codes that are no failure; default 0 only. */
  codes?: readonly number[];
  /** Ends the command by SIGKILL. */
  signal?: AbortSignal;
}

export interface CommandResult {
  code: number;
  stdout: string;
  /** Standard output and error together. */
  output: string;
}

/** Runs a program without a shell. @throws CommandError when its exit code is not among `codes` */
export function command(
  program: string,
  words: readonly string[],
  { limitMs = 30_000, codes = [0], signal }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const options = { timeout: limitMs, killSignal: "SIGKILL" as const, signal, env: { ...process.env, LC_ALL: "C" } };
    execFile(program, [...words], options, (error, stdout, stderr) => {
      const output = stdout + stderr;
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
      if (code !== undefined && codes.includes(code)) resolve({ code, stdout, output });
      else reject(new CommandError([program, ...words].join(" "), code, output || (error?.message ?? "")));
    });
  });
}
