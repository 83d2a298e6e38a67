import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const LIMIT_MS = 30_000;
/** `[ALERT] (27) : config : parsing [/path/routes.cfg:4] : `, which differs from run to run. */
const PREFIX = /^\[ALERT\]\s+\(\d+\) : (config : )?(parsing \[[^\]]*\] : )?/;

/** Checks configuration files as one whole; resolves with HAProxy's complaint, or undefined when it has none. */
export type ConfigCheck = (routesPath: string) => Promise<string | undefined>;

/** The real `haproxy -c` on a proxy's own file together with one of routes. */
export function haproxyCheck(configPath: string): ConfigCheck {
  return async (routesPath) => {
    try {
      await run("haproxy", ["-c", "-f", configPath, "-f", routesPath], { timeout: LIMIT_MS });
      return undefined;
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      const alert = (stderr ?? "").split("\n").find((line) => line.startsWith("[ALERT]"));
      return alert?.replace(PREFIX, "") ?? message;
    }
  };
}
