import { spawn } from "node:child_process";
import { root } from "./paths";
import { pulumiEnv, toolPath } from "./pulumi-env";

/** Runs a command with this process's terminal and gives its exit code. Ctrl-C reaches it, and it ends in its own way. */
export function runInTerminal(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  }).finally(() => process.off("SIGINT", ignore));
}

/** Runs the Pulumi CLI with this process's terminal. */
export function runPulumi(args: readonly string[]): Promise<number> {
  return runInTerminal("pulumi", args, { ...pulumiEnv(), PATH: toolPath() });
}
