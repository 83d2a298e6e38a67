import { join } from "node:path";
import { adminUser } from "../templates/cloud-init/user-data";
import { stateFolder } from "./local-set-up";

/** Where SSH's files of all stacks lie, relative to the project so that no path of this computer gets into the state. */
export const sshFolder = join(stateFolder, "ssh");

/** The private key of a stack as a file, which OpenSSH insists on. */
export function keyFile(stack: string): string {
  return join(sshFolder, stack);
}

/** Host keys of a stack's machines, by alias; the provider and OpenSSH share the file. */
export function knownHosts(stack: string): string {
  return join(sshFolder, `${stack}.known_hosts`);
}

/**
 * The name that a machine's host key is kept under. The instance id is part of it: a machine that was made again is
 * another name with another key, while a changed key of the same instance is refused.
 */
export function hostKeyAlias(hostname: string, instance: string): string {
  return `${hostname}.${instance.slice(0, 12)}`;
}

/** What `ssh` needs to know of a machine. */
export interface SshLogin {
  /** Path of the private key. */
  key: string;
  stack: string;
  hostname: string;
  instance: string;
  /** Where the connection jumps through. */
  jump?: { hostname: string; address: string; instance: string };
  /** Folder that relative paths are below. Default: the working directory. */
  root?: string;
}

/** Options of `ssh` for a machine. A jump is a command of its own: options do not reach the one that ProxyJump runs. */
export function sshWords(login: SshLogin): string[] {
  const { key, stack, root = "", jump } = login;
  const options = {
    BatchMode: "yes",
    IdentitiesOnly: "yes",
    ConnectTimeout: jump ? "15" : "5",
    ServerAliveInterval: "5",
    StrictHostKeyChecking: "accept-new",
    HashKnownHosts: "no",
    UserKnownHostsFile: join(root, knownHosts(stack)),
    HostKeyAlias: hostKeyAlias(login.hostname, login.instance),
    LogLevel: "ERROR",
  };
  const words = ["-i", key, ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
  if (!jump) return words;
  const through = sshWords({ key, stack, root, hostname: jump.hostname, instance: jump.instance });
  const command = ["ssh", "-F", "none", ...through, "-W", "%h:%p", `${adminUser}@${jump.address}`];
  return [...words, "-o", `ProxyCommand=${command.map(quoted).join(" ")}`];
}

/** A word of a ProxyCommand, which a shell takes apart. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_@%:=,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
