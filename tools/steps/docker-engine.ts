import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { asRoot, exec, tryExec } from "../system/exec";
import { stateDir } from "../system/paths";
import type { Step } from "./step";

/** How long a dockerd that has just been started may take to answer. */
const startLimitSeconds = 60;

/** True when a Docker daemon answers, wherever DOCKER_HOST or the default socket points. */
export async function dockerAnswers(): Promise<boolean> {
  return (await tryExec("docker", ["version", "--format", "{{.Server.Version}}"], 5_000)) !== undefined;
}

async function install(note: (text: string) => void): Promise<void> {
  if ((await tryExec("apt-get", ["--version"])) === undefined) {
    throw new Error("no Docker engine, and no apt-get to install one with: install Docker, start it, and run again.");
  }
  note("installing docker.io from the distribution's packages");
  await exec(...asRoot("apt-get", ["update", "-q"]), { limitMs: 180_000 });
  await exec(...asRoot("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-qy", "docker.io"]), {
    limitMs: 300_000,
  });
}

/** Starts dockerd by the service manager, or, where there is none, as a process that outlives this one. */
async function start(note: (text: string) => void): Promise<string> {
  note("starting dockerd");
  if ((await tryExec("systemctl", ["is-system-running"])) !== undefined) {
    await exec(...asRoot("systemctl", ["start", "docker"]), { limitMs: 60_000 });
    return "journalctl -u docker";
  }
  mkdirSync(stateDir, { recursive: true });
  const log = join(stateDir, "dockerd.log");
  const out = openSync(log, "a");
  const [command, args] = asRoot("dockerd", []);
  const daemon = spawn(command, args, { detached: true, stdio: ["ignore", out, out] });
  // A command that is not there shows in the wait that follows.
  daemon.on("error", () => {});
  daemon.unref();
  return log;
}

/** True when an engine runs that root may use and this user may not. */
async function isForbidden(): Promise<boolean> {
  return process.getuid?.() !== 0 && (await tryExec(...asRoot("docker", ["version"]))) !== undefined;
}

/** A Docker engine that answers. One that is there is never restarted or reconfigured. */
export const dockerEngine: Step = {
  name: "Docker engine",
  limitMinutes: 10,
  check: dockerAnswers,
  async apply(note) {
    if (process.env.DOCKER_HOST) {
      throw new Error(
        `no Docker daemon answers at DOCKER_HOST=${process.env.DOCKER_HOST}: start it, or unset DOCKER_HOST to use the local one.`,
      );
    }
    if ((await tryExec("sh", ["-c", "command -v dockerd"])) === undefined) await install(note);
    if (await dockerAnswers()) return;
    const log = (await isForbidden()) ? "" : await start(note);
    const until = Date.now() + startLimitSeconds * 1000;
    while (!(await dockerAnswers())) {
      if (await isForbidden()) {
        const user = userInfo().username;
        throw new Error(
          `Docker runs, but ${user} may not use it: \`sudo usermod -aG docker ${user}\`, then log in again, or run this command by \`sg docker -c "npm run up"\`.`,
        );
      }
      if (Date.now() > until) {
        throw new Error(`dockerd does not answer after ${startLimitSeconds} s; its log: ${log}`);
      }
      await delay(250);
    }
  },
};
