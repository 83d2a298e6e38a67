import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { root } from "./paths";

/** How long an engine on this computer may take to accept a connection, in milliseconds. */
const acceptLimitMs = 1_000;

function accepts(address: string): Promise<boolean> {
  const [host = "", port = ""] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: acceptLimitMs });
    const done = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.on("connect", () => done(true));
    socket.on("timeout", () => done(false));
    socket.on("error", () => done(false));
  });
}

/** The words that a process was started with; none when it has ended meanwhile. */
function wordsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
      .split("\0")
      .filter((word) => word !== "");
  } catch {
    return [];
  }
}

/**
 * Ends the language hosts of this clone whose CLI was killed: left alone they would look after it only every 5 minutes.
 * Plugins and programs end with their CLI by themselves.
 */
export async function endOrphans(): Promise<void> {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const words = wordsOf(pid);
    if (!words[0]?.endsWith("/pulumi-language-nodejs") || !words.includes(`-root=${root}`)) continue;
    if (!(await accepts(words.at(-1) ?? ""))) process.kill(Number(pid));
  }
}
