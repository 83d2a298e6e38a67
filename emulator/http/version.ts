import { statSync } from "node:fs";

/** The Mesos release whose APIs the emulator speaks. */
export const MESOS_VERSION = "1.11.0";

/** The answer of `/version`: built when the running program's file was written. */
export function versionInfo(): { version: string; build_date: string; build_time: number; build_user: string } {
  const built = statSync(process.argv[1] ?? __filename).mtime;
  const date = built.toISOString();
  return {
    version: MESOS_VERSION,
    build_date: `${date.slice(0, 10)} ${date.slice(11, 19)} UTC`,
    build_time: Math.floor(built.getTime() / 1000),
    build_user: "drover",
  };
}
