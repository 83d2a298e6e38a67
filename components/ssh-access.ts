import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../provider/sdk/resources";
import type { SshTarget } from "../provider/ssh/connection";
import { adminUser } from "../templates/cloud-init/user-data";
import type { Bastion, Machine } from "./clouds/cloud";
import { hostKeyAlias, keyFile, knownHosts, sshFolder, sshWords } from "./ssh-files";

/**
 * The private key as a file, which OpenSSH insists on: written whenever the program runs and the file is not right, so
 * that a fresh clone on a remote backend works too.
 */
function writeKey(stack: string, key: string): string {
  const file = keyFile(stack);
  if (!existsSync(file) || readFileSync(file, "utf8") !== key) {
    mkdirSync(sshFolder, { recursive: true, mode: 0o700 });
    writeFileSync(file, key, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  return file;
}

/** How the provider `drover` reaches a machine. */
export function sshTarget(
  stack: string,
  machine: Machine,
  identity: Identity,
  bastion: Bastion | undefined,
): pulumi.Output<SshTarget> {
  return pulumi
    .all([machine.instance, identity.sshPrivateKey, bastion?.address, bastion?.instance])
    .apply(([instance, privateKey, jumpAddress, jumpInstance]) => {
      const target = (hostname: string, address: string, id: string): SshTarget => ({
        hostname,
        stack,
        address,
        user: adminUser,
        privateKey,
        hostKeyAlias: hostKeyAlias(hostname, id),
        knownHostsFile: knownHosts(stack),
      });
      const jump =
        bastion && jumpAddress && jumpInstance ? target(bastion.hostname, jumpAddress, jumpInstance) : undefined;
      return { ...target(machine.hostname, machine.address, instance), ...(jump && { bastion: jump }) };
    });
}

/** Options of the system's `ssh` for the docker provider of a machine. */
export function sshOptions(
  stack: string,
  machine: Machine,
  identity: Identity,
  bastion: Bastion | undefined,
): pulumi.Output<string[]> {
  return pulumi
    .all([machine.instance, identity.sshPrivateKey, bastion?.address, bastion?.instance])
    .apply(([instance, privateKey, jumpAddress, jumpInstance]) => {
      // The list names the key's file and never holds the key, so it need not be secret.
      const key = writeKey(stack, privateKey);
      const jump =
        bastion && jumpAddress && jumpInstance
          ? { hostname: bastion.hostname, address: jumpAddress, instance: jumpInstance }
          : undefined;
      return sshWords({ key, stack, hostname: machine.hostname, instance, jump });
    });
}
