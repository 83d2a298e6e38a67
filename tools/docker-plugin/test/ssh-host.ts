import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { docker } from "./docker";

const run = promisify(execFile);

const IMAGE = "drover-test/docker-plugin-ssh";

/** Building the machine's image for the first time fetches packages, in milliseconds. */
export const SSH_HOST_LIMIT_MS = 300_000;

/** A machine in a container: an ssh server, and a Docker command that reaches this machine's engine. */
export class SshHost {
  private constructor(
    readonly id: string,
    readonly port: string,
    private readonly folder: string,
  ) {}

  static async start(): Promise<SshHost> {
    await docker("build", "-q", "--network", "host", "-t", IMAGE, join(__dirname, "ssh-host"));
    const folder = await mkdtemp(join(tmpdir(), "drover-ssh-"));
    for (const name of ["key", "other"])
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, name)]);
    const socket = "/var/run/docker.sock:/var/run/docker.sock";
    const id = await docker(
      "run",
      "-d",
      "--label",
      "drover.test=docker-plugin",
      "-p",
      "127.0.0.1::22",
      "-v",
      socket,
      IMAGE,
    );
    const host = new SshHost(id, (await docker("port", id, "22/tcp")).split(":").at(-1) ?? "", folder);
    await docker("exec", id, "mkdir", "-pm", "700", "/root/.ssh");
    await docker("cp", join(folder, "key.pub"), `${id}:/root/.ssh/authorized_keys`);
    await docker("exec", id, "chown", "0:0", "/root/.ssh/authorized_keys");
    return host;
  }

  /** The provider's inputs. With the key `other` the machine lets nobody in. */
  config(key: "key" | "other" = "key"): { host: string; sshOpts: string } {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "IdentitiesOnly=yes",
    ];
    const sshOpts = ["-i", join(this.folder, key), ...options.flatMap((option) => ["-o", option])];
    return { host: `ssh://root@127.0.0.1:${this.port}`, sshOpts: JSON.stringify(sshOpts) };
  }

  /** The process ids of the connections' far ends. */
  async connections(): Promise<string[]> {
    const script = 'grep -alz "^dial-stdio$" /proc/[0-9]*/cmdline | cut -d/ -f3';
    const lines = (await docker("exec", this.id, "sh", "-c", script)).split("\n");
    return lines.filter((line) => line !== "");
  }

  /** Takes the machine away, as someone might by hand. */
  async kill(): Promise<void> {
    await docker("rm", "-f", "-v", this.id);
  }

  async remove(): Promise<void> {
    await this.kill().catch(() => {});
    await rm(this.folder, { recursive: true, force: true });
  }
}
