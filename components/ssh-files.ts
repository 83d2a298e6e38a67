import { join } from "node:path";
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
